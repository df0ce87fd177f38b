#include "record.h"

#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "vault.h"

namespace record {
namespace {

struct Record {
  std::string subject;
  std::string body;
};

Record read_record(const std::string& text) {
  const std::size_t colon = text.find(": ");
  if (colon == std::string::npos) throw Malformed("no `: `");
  return {text.substr(0, colon), text.substr(colon + 2)};
}

class SealRequest : public Request {
 public:
  explicit SealRequest(const std::string& text) : record_(read_record(text)) {}
  std::string answer() const override {
    return vault::seal(record_.subject, record_.body);
  }

 private:
  const Record record_;
};

class CheckRequest : public Request {
 public:
  explicit CheckRequest(const std::string& text) {
    const std::size_t space = text.find(' ');
    if (space == std::string::npos) throw Malformed("no seal");
    seal_ = text.substr(0, space);
    record_ = read_record(text.substr(space + 1));
  }
  std::string answer() const override {
    const std::optional<bool> right =
        vault::check(record_.subject, record_.body, seal_);
    if (!right) return "no seal";
    return *right ? "right" : "wrong";
  }

 private:
  std::string seal_;
  Record record_;
};

class TotalRequest : public Request {
 public:
  explicit TotalRequest(const std::string& text) {
    std::istringstream words(text);
    std::uint64_t amount = 0;
    while (words >> amount) amounts_.push_back(amount);
    if (!words.eof()) throw Malformed("no amount");
  }
  std::string answer() const override {
    return std::to_string(vault::total(amounts_));
  }

 private:
  std::vector<std::uint64_t> amounts_;
};

class AppendRequest : public Request {
 public:
  explicit AppendRequest(std::string text) : text_(std::move(text)) {}
  std::string answer() const override {
    std::string text = text_;
    vault::append_seal(text);
    return text;
  }

 private:
  std::string text_;
};

template <class R>
std::unique_ptr<Request> make(const std::string& text) {
  return std::make_unique<R>(text);
}

}  // namespace

std::unique_ptr<Request> parse(const std::string& line) {
  using Make = std::unique_ptr<Request> (*)(const std::string&);
  static const std::map<std::string, Make> kinds = {
      {"seal", make<SealRequest>},
      {"check", make<CheckRequest>},
      {"total", make<TotalRequest>},
      {"append", make<AppendRequest>}};
  const std::size_t space = line.find(' ');
  const auto kind = kinds.find(line.substr(0, space));
  if (kind == kinds.end()) throw Malformed("no such request");
  const bool is_alone = space == std::string::npos;
  return kind->second(is_alone ? "" : line.substr(space + 1));
}

}  // namespace record
