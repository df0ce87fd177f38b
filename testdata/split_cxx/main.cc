#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>
#include <system_error>

#include "keeper.h"

// What a client that was taken over can call in its portion; the unsplit program
// has none of it.
struct bailey_crossing;
extern "C" {
__attribute__((weak)) bailey_crossing* bailey_begin(unsigned channel,
                                                    unsigned function,
                                                    const char* name);
__attribute__((weak)) void bailey_put(bailey_crossing* message,
                                      const void* bytes, unsigned long size);
__attribute__((weak)) void bailey_get(bailey_crossing* message, void* bytes,
                                      unsigned long size);
__attribute__((weak)) void bailey_call(bailey_crossing* message);
__attribute__((weak)) void bailey_end(bailey_crossing* message);
}

namespace {

// Says `count` elements and sends `bytes`.
void lie(unsigned function, unsigned long count, unsigned long bytes) {
  const std::string sent(bytes, 'A');
  bailey_crossing* message = bailey_begin(0, function, "lie");
  bailey_put(message, &count, sizeof count);
  bailey_put(message, sent.data(), bytes);
  bailey_call(message);
}

// A flag of 7, and what comes back for it.
void odd_flag(unsigned function) {
  const unsigned char there = 1;
  const unsigned char flag = 7;
  unsigned char kind, has, value;
  int code;
  bailey_crossing* message = bailey_begin(0, function, "flag");
  bailey_put(message, &there, 1);
  bailey_put(message, &flag, 1);
  bailey_call(message);
  bailey_get(message, &kind, 1);
  bailey_get(message, &code, sizeof code);
  bailey_get(message, &has, 1);
  bailey_get(message, &value, 1);
  bailey_end(message);
  std::printf("flag %d %d\n", has, value);
}

// Whether anything comes back as the result of a call that threw.
void after_throw(unsigned function) {
  int fault = 1;
  unsigned char kind;
  int code;
  unsigned char result[sizeof(keeper::point)];
  bailey_crossing* message = bailey_begin(0, function, "thrown");
  bailey_put(message, &fault, sizeof fault);
  bailey_call(message);
  bailey_get(message, &kind, 1);
  bailey_get(message, &code, sizeof code);
  bailey_get(message, result, sizeof result);
  bailey_end(message);
  int seen = 0;
  for (const unsigned char each : result) seen |= each;
  std::printf("thrown %d, then %d\n", kind, seen);
}

const char* caught(keeper::fault kind) {
  std::string seen = "nothing";
  try {
    keeper::raise(kind, seen);
    return seen == "raised" ? "none" : "lost";
  } catch (const std::invalid_argument& error) {
    return std::strstr(error.what(), "!kept") ? "told" : "argument";
  } catch (const std::out_of_range&) {
    return "range";
  } catch (const std::bad_alloc&) {
    return "memory";
  } catch (const std::system_error& error) {
    return error.code() == std::errc::no_such_file_or_directory ? "number"
                                                                : "?";
  } catch (const std::runtime_error&) {
    return seen == "raised" ? "other" : "lost";
  } catch (...) {
    return "other";
  }
}

void storm() {
  for (int i = 0; i < 2000; ++i) {
    const auto kind = static_cast<keeper::fault>(1 + i % 5);
    if (std::strcmp(caught(kind), "?") == 0) std::abort();
  }
  std::printf("storm over, next %d\n", keeper::counter::next());
}

void use_all() {
  std::string text = "tail ";
  keeper::append(text);
  std::string empty;
  keeper::join(empty, "");
  keeper::join(empty, std::string("a\0b", 3));
  std::printf("%s %s %zu\n", keeper::label("x", "").c_str(), text.c_str(),
              empty.size());
  for (const unsigned each : keeper::doubled({1, 2, 3}))
    std::printf("%u ", each);
  std::printf("%zu\n", keeper::doubled({}).size());
  const unsigned numbers[] = {4, 5, 6};
  int signs[] = {1, -2, 3};
  keeper::negate(signs);
  std::printf("%lu %d %d %d\n", keeper::sum(numbers), signs[0], signs[1],
              signs[2]);
  std::printf("%d %d %ld\n", *keeper::flip(true),
              keeper::flip(std::nullopt).has_value(), *keeper::half(10));
  const keeper::point where = {'a', 2, 3};
  std::printf("%ld %d\n", keeper::weigh(&where, "kg"),
              keeper::counter::next());
  std::printf("%ld\n", keeper::place(keeper::fault::none).y);
  for (int i = 0; i < 7; ++i)
    std::printf("%s ", caught(static_cast<keeper::fault>(i)));
  std::printf("\n");
}

}  // namespace

int main(int argc, char** argv) {
  const auto number = [&](int i) { return std::strtoul(argv[i], nullptr, 0); };
  const std::string what = argc > 1 ? argv[1] : "";
  const unsigned function = argc > 2 ? unsigned(number(2)) : 0;
  if (what == "lie") {
    lie(function, number(3), number(4));
  } else if (what == "flag") {
    odd_flag(function);
  } else if (what == "thrown") {
    after_throw(function);
  } else if (what == "storm") {
    storm();
  } else if (what == "same") {
    std::string text;
    keeper::join(text, text);
  } else {
    use_all();
  }
}
