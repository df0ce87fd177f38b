// Which numbers a value can be: a few constants, or known bits and a range.
//
//   Numbers flags = Numbers::Of({0, 1}, 32);
//   Apply(Operation::kOr, flags, Numbers::Constant(0x80000, 32))

#ifndef BAILEY_ANALYZER_FLOW_NUMBERS_H_
#define BAILEY_ANALYZER_FLOW_NUMBERS_H_

#include <boost/container/flat_set.hpp>
#include <cstdint>

#include "analyzer/ir/code_facts.h"

namespace bailey::analyzer {

using NumberSet = boost::container::flat_set<uint64_t>;

// Always an over-approximation. All numbers are unsigned, of `width` bits.
class Numbers {
 public:
  static Numbers Any(uint8_t width_bits);
  static Numbers None(uint8_t width_bits);  // nothing reached it yet
  static Numbers Constant(uint64_t value, uint8_t width_bits);
  static Numbers Of(NumberSet values, uint8_t width_bits);
  static Numbers Range(uint64_t min, uint64_t max, uint8_t width_bits);
  static Numbers Bits(uint64_t zeros, uint64_t ones, uint8_t width_bits);
  // Those of which all of this holds.
  static Numbers Summary(uint64_t zeros, uint64_t ones, uint64_t min,
                         uint64_t max, uint8_t width_bits);

  uint8_t width() const { return width_; }
  uint64_t all_ones() const;
  bool is_set() const { return is_set_; }
  bool is_none() const { return is_set_ && values_.empty(); }
  bool is_any() const;
  const NumberSet& values() const { return values_; }
  // Of all values. Meaningless of none.
  uint64_t zeros() const { return zeros_; }  // bits that are 0
  uint64_t ones() const { return ones_; }    // bits that are 1
  uint64_t min() const { return min_; }
  uint64_t max() const { return max_; }

  ValueFact ToFact() const;

  bool operator==(const Numbers&) const = default;
  bool operator<(const Numbers& other) const;

 private:
  void Summarize();
  friend Numbers Join(const Numbers& a, const Numbers& b);

  uint8_t width_ = 64;
  bool is_set_ = false;
  NumberSet values_;
  uint64_t zeros_ = 0;
  uint64_t ones_ = 0;
  uint64_t min_ = 0;
  uint64_t max_ = ~uint64_t{0};
};

// The width is that of `a`; of operands of different widths nothing is known.
Numbers Join(const Numbers& a, const Numbers& b);
Numbers Apply(Operation operation, const Numbers& a, const Numbers& b);
Numbers Convert(Operation cast, const Numbers& a, uint8_t width_bits);
// Those for which the comparison holds, as far as that can be told.
Numbers Restrict(const Numbers& a, Operation comparison, uint64_t number);

// The value as one of `width_bits` that is passed for it: the low part, or
// unknown where there are bits that nobody set.
Numbers Passed(const Numbers& a, uint8_t width_bits);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_NUMBERS_H_
