// The value of an expression, given those of parameters, and what is known of
// globals and results. Internal to flow/.
//
//   ValueEvaluator evaluate(tables);
//   AbstractValue flags = evaluate(expression, {"open_log", &arguments});

#ifndef BAILEY_ANALYZER_FLOW_VALUE_EVALUATOR_H_
#define BAILEY_ANALYZER_FLOW_VALUE_EVALUATOR_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "analyzer/flow/value_propagation.h"

namespace bailey::analyzer {

// A global's cell as loads name it: symbol, offset, stride, width.
using CellKey = std::tuple<std::string_view, uint64_t, uint64_t, uint8_t>;
using ParameterKey = std::pair<std::string_view, uint64_t>;

// What is known of the program as a whole. While it is being found, a value
// that nothing has reached yet has no numbers. Names are views into the program
// and into `globals`.
struct ValueTables {
  // Those of each function by their places; missing: unknown.
  std::unordered_map<std::string_view, std::map<uint64_t, AbstractValue>>
      parameters;
  std::map<CellKey, AbstractValue> cells;  // missing: unknown
  std::unordered_map<std::string_view, std::vector<const ValueExpression*>>
      returns;
  std::unordered_map<std::string_view, GlobalFact> globals;  // followed ones
  std::unordered_set<std::string_view> defined;  // functions, and other names
  bool optarg_is_mains = false;  // getopt gets main's arguments, nothing else

  // Null: unknown.
  const AbstractValue* Parameter(std::string_view function,
                                 uint64_t place) const {
    const auto of = parameters.find(function);
    if (of == parameters.end()) return nullptr;
    const auto known = of->second.find(place);
    return known == of->second.end() ? nullptr : &known->second;
  }
};

// In which function an expression stands, and with which arguments it was
// called; without them, with any that are known of.
struct Environment {
  std::string_view function = {};
  const CallContext* arguments = nullptr;
};

class ValueEvaluator {
 public:
  explicit ValueEvaluator(const ValueTables& tables) : tables_(tables) {}

  AbstractValue operator()(const ValueExpression& expression,
                           const Environment& environment);
  // What is behind the load of a cell.
  AbstractValue Cell(const CellKey& key);
  // From now on every parameter and cell that is looked up goes to `read`,
  // which may be null: with the same in them an expression has the same value.
  void Record(std::vector<const AbstractValue*>* read) { read_ = read; }

 private:
  AbstractValue Evaluate(const ValueExpression& expression,
                         const Environment& environment);
  AbstractValue OfKind(const ValueExpression& expression,
                       const Environment& environment);
  AbstractValue OfParameter(const ValueExpression& expression,
                            const Environment& environment) const;
  AbstractValue OfLoad(const ValueExpression& expression) const;
  AbstractValue OfIndirect(const ValueExpression& expression,
                           const Environment& environment);
  AbstractValue OfResult(const ValueExpression& expression,
                         const Environment& environment);
  AbstractValue OfExternal(const ValueExpression& expression,
                           const Environment& environment);
  AbstractValue OfOperation(const ValueExpression& expression,
                            const Environment& environment);
  AbstractValue OfChoice(const ValueExpression& expression,
                         const Environment& environment);
  AbstractValue OfBound(const ValueExpression& expression,
                        const Environment& environment);
  AbstractValue OfAddress(const ValueExpression& expression);
  AbstractValue OfBuffer(const ValueExpression& expression,
                         const Environment& environment);
  Texts EndpointsWritten(const std::vector<ValueExpression>& effects,
                         const std::vector<Environment>& environments);
  Texts InternetWritten(bool is_old,
                        const std::vector<ValueExpression>& effects,
                        const std::vector<Environment>& environments);
  std::optional<std::set<uint64_t>> FieldWritten(
      const std::vector<ValueExpression>& effects, uint64_t offset,
      uint64_t size, const std::vector<Environment>& environments);
  AbstractValue OfMemory(const std::vector<ValueExpression>& effects,
                         uint64_t offset,
                         const std::vector<Environment>& environments);
  Texts TextsWritten(const std::vector<ValueExpression>& effects,
                     uint64_t offset,
                     const std::vector<Environment>& environments);
  bool AddWritten(const ValueExpression& effect, uint64_t offset,
                  const Environment& environment, Texts& texts, bool& appends);
  Texts WrittenBy(const ValueExpression& call, const Environment& environment);
  bool OnlyRead(const std::vector<std::string>& readers) const;
  AbstractValue InitialCell(const GlobalFact& fact, uint64_t offset,
                            uint8_t width);
  std::optional<AbstractValue> StoredAt(const CellFact& store, uint64_t place,
                                        uint8_t width);
  std::optional<AbstractValue> FilledAt(const CellFact& store, uint64_t place,
                                        uint8_t width);

  void NoteRead(const AbstractValue& value) const {
    if (read_ != nullptr) read_->push_back(&value);
  }

  const ValueTables& tables_;
  std::vector<const AbstractValue*>* read_ = nullptr;
  std::map<uint64_t, AbstractValue> choices_;  // that are being evaluated
  bool saw_nothing_ = false;  // what a text is made of is not known yet
  int depth_ = 0;
  int calls_ = 0;
  int steps_ = 0;
};

uint64_t BytesOf(uint8_t width_bits);
// The one number that a value is.
std::optional<uint64_t> Single(const AbstractValue& value);
AbstractValue ConstantValue(uint64_t number, uint8_t width_bits);
// An address of these texts.
AbstractValue TextValue(Texts texts);
AbstractValue UnknownValue(uint8_t width_bits);
AbstractValue NothingYet(uint8_t width_bits);
AbstractValue Join(const AbstractValue& a, const AbstractValue& b);
AbstractValue Passed(const AbstractValue& value, uint8_t width_bits);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_VALUE_EVALUATOR_H_
