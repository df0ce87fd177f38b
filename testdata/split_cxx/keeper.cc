#include "keeper.h"

#include <algorithm>
#include <memory>
#include <new>
#include <numeric>
#include <stdexcept>
#include <system_error>

namespace keeper {
namespace {

constexpr int kStep = 3;

template <class T>
T twice(T value) {
  return value + value;
}

class secret {
 public:
  explicit secret(std::string text) : text_(std::move(text)) {}
  virtual ~secret() = default;
  virtual std::string tell() const { return text_; }

 private:
  std::string text_;
};

class loud_secret final : public secret {
 public:
  using secret::secret;
  std::string tell() const override { return "!" + secret::tell(); }
};

// Objects whose constructors run before main, in one portion alone.
std::unique_ptr<secret> held(new loud_secret("kept"));
std::string prefix{"<"};
int calls = twice(0);

struct own_failure {
  std::string text = "kept";
};

}  // namespace

std::string label(const std::string& name, std::string_view rest) {
  return prefix + name + "|" + std::string(rest) + held->tell();
}

void append(std::string& text) { text += held->tell(); }

void join(std::string& to, const std::string& from) {
  to += from;
  ++calls;
}

std::vector<unsigned> doubled(std::vector<unsigned> values) {
  std::ranges::transform(values, values.begin(), twice<unsigned>);
  ++calls;
  return values;
}

unsigned long sum(std::span<const unsigned> values) {
  ++calls;
  return std::accumulate(values.begin(), values.end(), 0UL);
}

void negate(std::span<int> values) {
  ++calls;
  for (int& each : values) each = -each;
}

std::optional<bool> flip(std::optional<bool> value) {
  ++calls;
  if (!value) return std::nullopt;
  return !*value;
}

std::optional<long> half(const std::optional<long>& value) {
  ++calls;
  if (!value || *value % 2 != 0) return std::nullopt;
  return *value / 2;
}

long weigh(const point* where, const char* unit) {
  ++calls;
  return where->tag + where->x * where->y + unit[0];
}

void raise(fault kind, std::string& seen) {
  const std::string text = "because of " + held->tell();
  seen = "raised";
  switch (kind) {
    case fault::none:
      return;
    case fault::argument:
      throw std::invalid_argument(text);
    case fault::range:
      throw std::out_of_range(text);
    case fault::memory:
      throw std::bad_alloc();
    case fault::number:
      throw std::system_error(2, std::generic_category(), text);
    case fault::other:
      throw std::runtime_error(text);
    case fault::own:
      throw own_failure();
  }
}

point place(fault kind) {
  ++calls;
  if (kind != fault::none) throw std::invalid_argument(held->tell());
  return {'p', 2, 3};
}

int counter::next() {
  calls += kStep;
  return calls;
}

}  // namespace keeper
