#include "analyzer/rewrite/thrown_text.h"

namespace bailey::analyzer {

// The order of the kinds is that of CaughtText().
std::string_view ThrowText() {
  return R"(
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>
extern "C" __attribute__((weak)) void bailey_throw(unsigned bailey_k,
                                                   int bailey_e,
                                                   const char* bailey_f) {
  const ::std::string bailey_t =
      ::std::string(bailey_f) + " failed in another portion";
  switch (bailey_k) {
    case 1: throw ::std::bad_alloc();
    case 2: throw ::std::invalid_argument(bailey_t);
    case 3: throw ::std::domain_error(bailey_t);
    case 4: throw ::std::length_error(bailey_t);
    case 5: throw ::std::out_of_range(bailey_t);
    case 6: throw ::std::logic_error(bailey_t);
    case 7: throw ::std::system_error(bailey_e, ::std::generic_category(),
                                      bailey_t);
    case 8: throw ::std::system_error(bailey_e, ::std::system_category(),
                                      bailey_t);
    case 9: throw ::std::range_error(bailey_t);
    case 10: throw ::std::overflow_error(bailey_t);
    case 11: throw ::std::underflow_error(bailey_t);
    default: throw ::std::runtime_error(bailey_t);
  }
}
)";
}

// Derived classes before their bases: what is none of these is a runtime_error.
std::string_view CaughtText() {
  return R"(
#include <new>
#include <stdexcept>
#include <system_error>
extern "C" __attribute__((weak)) unsigned bailey_caught(int* bailey_e) {
  *bailey_e = 0;
  try {
    throw;
  } catch (const ::std::bad_alloc&) {
    return 1;
  } catch (const ::std::invalid_argument&) {
    return 2;
  } catch (const ::std::domain_error&) {
    return 3;
  } catch (const ::std::length_error&) {
    return 4;
  } catch (const ::std::out_of_range&) {
    return 5;
  } catch (const ::std::logic_error&) {
    return 6;
  } catch (const ::std::system_error& bailey_s) {
    const int bailey_c = bailey_s.code().value();
    const bool bailey_g =
        bailey_s.code().category() == ::std::generic_category();
    const bool bailey_y =
        bailey_s.code().category() == ::std::system_category();
    if (!bailey_g && !bailey_y) return 12;
    *bailey_e = bailey_c >= 0 && bailey_c < 4096 ? bailey_c : 0;
    return bailey_g ? 7 : 8;
  } catch (const ::std::range_error&) {
    return 9;
  } catch (const ::std::overflow_error&) {
    return 10;
  } catch (const ::std::underflow_error&) {
    return 11;
  } catch (...) {
    return 12;
  }
}
)";
}

}  // namespace bailey::analyzer
