// Result<T>: a value, or the reason why there is none.
//
//   Result<Policy> LoadPolicy(const std::string& path) {
//     ASSIGN_OR_RETURN(std::string text, ReadFile(path));
//     RETURN_IF_ERROR(CheckSize(text));
//     return ParsePolicy(text);
//   }
//
// An Error says that the environment or an input was bad. What the sandboxed
// code did is an outcome, not an error; many findings about one text are
// Diagnostics (common/diagnostics.h); a broken invariant of ours is a CHECK
// (common/check.h). Nothing is thrown across a module's edge.

#ifndef BAILEY_COMMON_RESULT_H_
#define BAILEY_COMMON_RESULT_H_

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace bailey {

// One failure, in words for the person who can mend it. `message` is
// lower-case, has no final full stop, and quotes the user's input in backticks;
// `hint` is a way out, or empty.
struct Error {
  std::string message;
  std::string hint;
};

template <class T = void>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using Base = std::expected<T, Error>;
  using Base::Base;

  bool ok() const { return this->has_value(); }
};

// The failed state, for `return Fail("no such portion `x`");`.
inline std::unexpected<Error> Fail(std::string message, std::string hint = "") {
  return std::unexpected<Error>(Error{std::move(message), std::move(hint)});
}

// The failed state for a system call that set errno: "ACTION: REASON".
std::unexpected<Error> FailErrno(std::string_view action,
                                 std::string hint = "");
std::unexpected<Error> FailErrno(std::string_view action, int errno_value,
                                 std::string hint = "");

// Puts `context: ` before an error's message.
Error WithContext(std::string_view context, Error error);

}  // namespace bailey

#define BAILEY_RESULT_CONCAT_(a, b) a##b
#define BAILEY_RESULT_NAME_(a, b) BAILEY_RESULT_CONCAT_(a, b)

// Leaves the enclosing function with the error of `expression`, if it has one.
#define RETURN_IF_ERROR(expression)                                      \
  do {                                                                   \
    if (auto bailey_status_ = (expression); !bailey_status_.has_value()) \
      return std::unexpected(std::move(bailey_status_).error());         \
  } while (false)

// Declares or assigns `target` from `expression`, or leaves with its error.
#define ASSIGN_OR_RETURN(target, expression)                              \
  BAILEY_ASSIGN_OR_RETURN_(BAILEY_RESULT_NAME_(bailey_result_, __LINE__), \
                           target, expression)
#define BAILEY_ASSIGN_OR_RETURN_(result, target, expression)                  \
  auto result = (expression);                                                 \
  if (!result.has_value()) return std::unexpected(std::move(result).error()); \
  target = std::move(result).value()

#endif  // BAILEY_COMMON_RESULT_H_
