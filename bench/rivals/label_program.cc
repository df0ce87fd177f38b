#include "bench/rivals/label_program.h"

#include <algorithm>
#include <map>
#include <set>

namespace bailey::bench {
namespace {

constexpr size_t kReach = 255;
constexpr uint16_t kAlways = BPF_JMP | BPF_JA;

}  // namespace

bool LabelProgram::IsJump(const Instruction& instruction) {
  return BPF_CLASS(instruction.code) == BPF_JMP;
}

bool LabelProgram::IsAlways(const Instruction& instruction) {
  return instruction.code == kAlways;
}

bool LabelProgram::IsReturn(const Instruction& instruction) {
  return BPF_CLASS(instruction.code) == BPF_RET;
}

LabelProgram::Label LabelProgram::NewLabel() {
  labels_.push_back(0);
  return labels_.size() - 1;
}

void LabelProgram::Place(Label label) { labels_[label] = code_.size(); }

void LabelProgram::Load(uint32_t offset) {
  code_.push_back({BPF_LD | BPF_W | BPF_ABS, offset, 0, 0});
}

void LabelProgram::And(uint32_t mask) {
  code_.push_back({BPF_ALU | BPF_AND | BPF_K, mask, 0, 0});
}

void LabelProgram::Return(uint32_t k) {
  code_.push_back({BPF_RET | BPF_K, k, 0, 0});
}

void LabelProgram::JumpTo(Label label) {
  code_.push_back({kAlways, 0, label, label});
}

// The jumps over jumps that the tool writes first are what its optimisations
// take away again; conditional jumps go to labels at once here.
void LabelProgram::JumpIf(uint16_t op, uint32_t k, Label label) {
  const Label next = NewLabel();
  const Label far = NewLabel();
  code_.push_back({static_cast<uint16_t>(BPF_JMP | op | BPF_K), k, far, next});
  Place(far);
  JumpTo(label);
  Place(next);
}

void LabelProgram::JumpUnless(uint16_t op, uint32_t k, Label label) {
  const Label next = NewLabel();
  const Label far = NewLabel();
  code_.push_back({static_cast<uint16_t>(BPF_JMP | op | BPF_K), k, next, far});
  Place(far);
  JumpTo(label);
  Place(next);
}

void LabelProgram::Resolve() {
  for (Instruction& instruction : code_) {
    if (!IsJump(instruction)) continue;
    instruction.yes = labels_[instruction.yes];
    instruction.no = labels_[instruction.no];
  }
}

bool LabelProgram::SkipJumpsOfConditionals() {
  bool changed = false;
  for (size_t at = 0; at < code_.size(); ++at) {
    if (!IsJump(code_[at]) || IsAlways(code_[at])) continue;
    for (size_t* target : {&code_[at].yes, &code_[at].no}) {
      if (!IsAlways(code_[*target])) continue;
      const size_t end = code_[*target].yes;
      if (end - at - 1 > kReach) continue;
      *target = end;
      changed = true;
    }
  }
  return changed;
}

bool LabelProgram::SameTargets() {
  bool changed = false;
  for (Instruction& instruction : code_) {
    if (!IsJump(instruction) || IsAlways(instruction) ||
        instruction.yes != instruction.no)
      continue;
    instruction.code = kAlways;
    changed = true;
  }
  return changed;
}

bool LabelProgram::SkipJumpsOfJumps() {
  bool changed = false;
  for (Instruction& instruction : code_) {
    if (!IsAlways(instruction) || !IsAlways(code_[instruction.yes])) continue;
    instruction.yes = code_[instruction.yes].yes;
    changed = true;
  }
  return changed;
}

bool LabelProgram::JumpsToReturns() {
  bool changed = false;
  for (Instruction& instruction : code_) {
    if (!IsAlways(instruction) || !IsReturn(code_[instruction.yes])) continue;
    instruction = code_[instruction.yes];
    changed = true;
  }
  return changed;
}

bool LabelProgram::JumpsToNext() {
  std::vector<bool> marked(code_.size(), false);
  for (size_t at = 0; at < code_.size(); ++at)
    marked[at] = IsAlways(code_[at]) && code_[at].yes == at + 1;
  return Remove(marked);
}

bool LabelProgram::DeadCode() {
  std::vector<bool> dead(code_.size(), true);
  dead[0] = false;
  for (size_t at = 0; at < code_.size(); ++at) {
    if (dead[at] || IsReturn(code_[at])) continue;
    if (IsJump(code_[at])) {
      dead[code_[at].yes] = false;
      if (!IsAlways(code_[at])) dead[code_[at].no] = false;
    } else {
      dead[at + 1] = false;
    }
  }
  return Remove(dead);
}

// A load of what the accumulator holds already, where one way alone leads.
bool LabelProgram::RedundantLoads() {
  std::vector<std::set<size_t>> from(code_.size() + 1);
  for (size_t at = 0; at < code_.size(); ++at) {
    if (IsReturn(code_[at])) continue;
    if (!IsJump(code_[at])) {
      from[at + 1].insert(at);
      continue;
    }
    from[code_[at].yes].insert(at);
    if (!IsAlways(code_[at])) from[code_[at].no].insert(at);
  }
  std::vector<bool> marked(code_.size(), false);
  for (size_t at = 0; at < code_.size(); ++at) {
    if (BPF_CLASS(code_[at].code) != BPF_LD) continue;
    size_t before = at;
    while (from[before].size() == 1) {
      before = *from[before].begin();
      if (!IsJump(code_[before])) break;
    }
    marked[at] = before != at && code_[before].code == code_[at].code &&
                 code_[before].k == code_[at].k;
  }
  return Remove(marked);
}

bool LabelProgram::IsFallenInto(size_t at) const {
  return at > 0 && !IsJump(code_[at - 1]) && !IsReturn(code_[at - 1]);
}

// All jumps to one return to another, or none of them.
bool LabelProgram::MoveJumps(size_t from, size_t to) {
  std::vector<size_t*> targets;
  for (size_t at = 0; at < from; ++at) {
    if (!IsJump(code_[at])) continue;
    const bool always = IsAlways(code_[at]);
    for (size_t* target : {&code_[at].yes, &code_[at].no}) {
      if (*target != from || (always && target == &code_[at].no)) continue;
      if (to <= at || (!always && to - at - 1 > kReach)) return false;
      targets.push_back(target);
    }
  }
  for (size_t* target : targets) *target = to;
  return !targets.empty();
}

bool LabelProgram::FewestReturns() {
  std::map<uint32_t, std::vector<std::pair<size_t, size_t>>> returns;
  std::vector<size_t> popularity(code_.size(), 0);
  for (size_t at = 0; at < code_.size(); ++at) {
    if (!IsJump(code_[at])) continue;
    ++popularity[code_[at].yes];
    if (!IsAlways(code_[at])) ++popularity[code_[at].no];
  }
  for (size_t at = 0; at < code_.size(); ++at) {
    if (!IsReturn(code_[at])) continue;
    const size_t fallen = IsFallenInto(at) ? code_.size() : 0;
    returns[code_[at].k].emplace_back(popularity[at] + fallen, at);
  }
  bool changed = false;
  for (auto& [value, places] : returns) {
    std::ranges::sort(places);
    for (size_t i = 0; i < places.size(); ++i) {
      if (IsFallenInto(places[i].second)) continue;
      for (size_t j = places.size() - 1; j > i; --j) {
        if (!MoveJumps(places[i].second, places[j].second)) continue;
        changed = true;
        break;
      }
    }
  }
  return changed;
}

bool LabelProgram::Remove(const std::vector<bool>& marked) {
  std::vector<size_t> moved(code_.size() + 1);
  size_t kept = 0;
  for (size_t at = 0; at < code_.size(); ++at) {
    moved[at] = kept;
    kept += !marked[at];
  }
  moved[code_.size()] = kept;
  if (kept == code_.size()) return false;
  std::vector<Instruction> code;
  for (size_t at = 0; at < code_.size(); ++at) {
    if (marked[at]) continue;
    Instruction instruction = code_[at];
    if (IsJump(instruction)) {
      instruction.yes = moved[instruction.yes];
      instruction.no = moved[instruction.no];
    }
    code.push_back(instruction);
  }
  code_ = std::move(code);
  return true;
}

Result<BpfProgram> LabelProgram::Optimized() {
  Resolve();
  while (SkipJumpsOfConditionals() || SameTargets() || SkipJumpsOfJumps() ||
         JumpsToReturns() || JumpsToNext() || DeadCode() || RedundantLoads() ||
         FewestReturns()) {
  }
  BpfProgram program;
  for (size_t at = 0; at < code_.size(); ++at) {
    const Instruction& instruction = code_[at];
    sock_filter raw{instruction.code, 0, 0, instruction.k};
    if (IsAlways(instruction)) {
      raw.k = static_cast<uint32_t>(instruction.yes - at - 1);
    } else if (IsJump(instruction)) {
      if (std::max(instruction.yes, instruction.no) - at - 1 > kReach)
        return Fail("a conditional jump goes too far");
      raw.jt = static_cast<uint8_t>(instruction.yes - at - 1);
      raw.jf = static_cast<uint8_t>(instruction.no - at - 1);
    }
    program.push_back(raw);
  }
  return program;
}

}  // namespace bailey::bench
