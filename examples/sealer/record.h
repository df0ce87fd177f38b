// What strangers send, a record a line:
//
//   seal SUBJECT: BODY
//   check SEAL SUBJECT: BODY
//   total AMOUNT...
//   append TEXT
#ifndef SEALER_RECORD_H_
#define SEALER_RECORD_H_

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace record {

class Malformed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What is to be done for a line, and what is to be printed for that.
class Request {
 public:
  virtual ~Request() = default;
  virtual std::string answer() const = 0;
};

// Throws Malformed.
std::unique_ptr<Request> parse(const std::string& line);

}  // namespace record

#endif  // SEALER_RECORD_H_
