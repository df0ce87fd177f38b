#ifndef KEEPER_H_
#define KEEPER_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace keeper {

struct point {
  char tag;
  int x;
  long y;
};
enum class fault { none, argument, range, memory, number, other, own };

std::string label(const std::string& name, std::string_view rest);
void append(std::string& text);
void join(std::string& to, const std::string& from);
std::vector<unsigned> doubled(std::vector<unsigned> values);
unsigned long sum(std::span<const unsigned> values);
void negate(std::span<int> values);
std::optional<bool> flip(std::optional<bool> value);
std::optional<long> half(const std::optional<long>& value);
long weigh(const point* where, const char* unit);
void raise(fault kind, std::string& seen);
point place(fault kind);

class counter {
 public:
  static int next();
};

}  // namespace keeper

#endif  // KEEPER_H_
