#include "analyzer/elf/no_return.h"

#include <vector>

namespace bailey::analyzer {
namespace {

// How control may leave a function for its caller.
struct Exits {
  bool may_return = false;
  std::vector<uint32_t> jumps_to;  // Returns if one of these does.
};

class ExitFinder {
 public:
  ExitFinder(const ReferenceMap& references, const CodeMap& code,
             const CodeRange& range)
      : references_(references), code_(code), range_(range) {}

  Exits Find() {
    for (const Instruction& instruction : code_.Instructions(range_))
      Add(instruction);
    AddEnd();
    return exits_;
  }

 private:
  void Add(const Instruction& instruction) {
    switch (instruction.flow) {
      case Flow::kReturn:
      case Flow::kIndirectJump:
      case Flow::kUndecodable:
        exits_.may_return = true;
        break;
      case Flow::kJump:
      case Flow::kBranch:
        if (instruction.immediate < range_.address ||
            instruction.immediate >= range_.end)
          AddJump(instruction.immediate);
        break;
      default:
        break;
    }
  }

  void AddJump(uint64_t address) {
    const CodeTarget target = references_.Classify(address);
    if (target.kind == CodeTarget::Kind::kFunction)
      exits_.jumps_to.push_back(target.function);
    else
      exits_.may_return = true;
  }

  // Running off the end, into what follows. After a call that ends a function
  // nothing follows.
  void AddEnd() {
    const auto code = code_.Instructions(range_);
    if (code.empty()) return;
    const Flow flow = code.back().flow;
    const bool goes_on = flow == Flow::kNext || flow == Flow::kBranch ||
                         flow == Flow::kSyscall || range_.is_clipped;
    if (goes_on) exits_.may_return = true;
  }

  const ReferenceMap& references_;
  const CodeMap& code_;
  const CodeRange& range_;
  Exits exits_;
};

std::vector<bool> FunctionsThatMayReturn(const ReferenceMap& references,
                                         const CodeMap& code) {
  std::vector<bool> may_return;
  std::vector<std::vector<uint32_t>> jumped_to_from(code.ranges().size());
  std::vector<uint32_t> waiting;
  for (uint32_t i = 0; i < code.ranges().size(); ++i) {
    const Exits exits = ExitFinder(references, code, code.ranges()[i]).Find();
    may_return.push_back(exits.may_return);
    if (exits.may_return) waiting.push_back(i);
    for (uint32_t target : exits.jumps_to) jumped_to_from[target].push_back(i);
  }
  while (!waiting.empty()) {
    const uint32_t returning = waiting.back();
    waiting.pop_back();
    for (uint32_t from : jumped_to_from[returning]) {
      if (may_return[from]) continue;
      may_return[from] = true;
      waiting.push_back(from);
    }
  }
  return may_return;
}

}  // namespace

void MarkCallsThatDoNotReturn(const ReferenceMap& references, CodeMap& code) {
  const std::vector<bool> may_return = FunctionsThatMayReturn(references, code);
  for (const CodeRange& range : code.ranges()) {
    for (Instruction& instruction : code.MutableInstructions(range)) {
      if (instruction.flow != Flow::kCall) continue;
      const CodeTarget target = references.Classify(instruction.immediate);
      instruction.does_not_return =
          target.kind == CodeTarget::Kind::kFunction &&
          !may_return[target.function];
    }
  }
}

}  // namespace bailey::analyzer
