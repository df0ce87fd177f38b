#include "common/result.h"

#include <cerrno>
#include <system_error>

namespace bailey {

std::unexpected<Error> FailErrno(std::string_view action, int errno_value,
                                 std::string hint) {
  // generic_category().message is thread-safe, which strerror is not.
  return Fail(
      std::string(action) + ": " + std::generic_category().message(errno_value),
      std::move(hint));
}

std::unexpected<Error> FailErrno(std::string_view action, std::string hint) {
  return FailErrno(action, errno, std::move(hint));
}

Error WithContext(std::string_view context, Error error) {
  error.message = std::string(context) + ": " + error.message;
  return error;
}

}  // namespace bailey
