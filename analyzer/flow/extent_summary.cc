#include "analyzer/flow/extent_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "analyzer/ir/bound_arithmetic.h"

namespace bailey::analyzer {
namespace {

bool IsBound(ExtentKind kind) {
  return kind == ExtentKind::kConstant || kind == ExtentKind::kParameter;
}

// One byte is in every text: its NUL, if it is empty.
bool IsInText(const ExtentSummary& summary) {
  return summary.kind == ExtentKind::kString ||
         (summary.kind == ExtentKind::kConstant && summary.bound.addend <= 1);
}

// A bound as documents have it: nothing is taken away from the argument.
ExtentSummary OfBound(ArgumentBound bound) {
  ExtentSummary summary;
  if (bound.factor == 0) bound.argument = -1;
  if (bound.addend < 0) {
    bound.addend = 0;
    bound.is_exact = false;
  }
  summary.kind =
      bound.argument < 0 ? ExtentKind::kConstant : ExtentKind::kParameter;
  summary.bound = bound;
  return summary;
}

// The bytes of one row's word; not known if two arguments decide it.
ArgumentBound LengthOf(const LibraryReach& reach, const ExtentCall& call) {
  ArgumentBound bound = ConstantBound(reach.bytes);
  if (reach.kind == LibraryLength::kConstant) return bound;
  bound.argument = reach.length;
  bound.is_signed = !reach.may_be_huge;
  bound.factor = 1;
  bound.is_exact = reach.is_certain;
  if (reach.kind == LibraryLength::kArgument) return bound;
  // Of a product one number has to be a constant.
  const auto constant = [&](int index) {
    const size_t at = static_cast<size_t>(index);
    return at < call.arguments.size() ? call.arguments[at].most_constant
                                      : ArgumentBound();
  };
  bound.is_exact = false;
  bound.is_signed = false;
  const std::pair<int, int> orders[] = {{reach.length, reach.times},
                                        {reach.times, reach.length}};
  for (const auto& [one, other] : orders) {
    const ArgumentBound count = constant(one);
    if (!count.is_known) continue;
    bound.argument = other;
    bound.factor = static_cast<uint64_t>(count.addend);
    return bound;
  }
  return {};
}

bool IsTextOfFormat(const LibraryExtent& library, const ExtentCall& call,
                    size_t index) {
  const size_t format = static_cast<size_t>(library.format);
  if (library.format < 0 || call.fixed < 0 || format >= call.arguments.size() ||
      index < static_cast<size_t>(call.fixed))
    return false;
  const int place = static_cast<int>(index) - call.fixed;
  const std::vector<int> texts = TextsOfFormat(call.arguments[format].text);
  return std::ranges::find(texts, place) != texts.end();
}

ExtentSummary Text() {
  ExtentSummary summary;
  summary.kind = ExtentKind::kString;
  summary.reads = true;
  return summary;
}

ExtentSummary OfReach(const LibraryReach& reach, const ExtentCall& call) {
  if (reach.kind == LibraryLength::kText) return Text();
  const ArgumentBound length = LengthOf(reach, call);
  ExtentSummary summary = OfBound(length);
  summary.reads = reach.reads;
  summary.writes = reach.writes;
  if (!length.is_known)
    summary.Lose(fmt::format("two numbers say how much `{}` reaches", call.to),
                 call.site);
  return summary;
}

// As many bytes as the text there has, at most.
bool ReadsText(const ExtentCall& call, const PassedArgument& pointer,
               const ExtentSummary& callee) {
  const ArgumentBound& bound = callee.bound;
  if (callee.kind != ExtentKind::kParameter || callee.writes ||
      bound.factor != 1 || bound.addend != 0 ||
      pointer.bytes != ConstantBound(0))
    return false;
  const auto count = static_cast<size_t>(bound.argument);
  return count < call.arguments.size() &&
         pointer.kind == PassedKind::kParameter &&
         call.arguments[count].text_of == pointer.parameter;
}

}  // namespace

void ExtentSummary::Lose(std::string why, const SourceSite& where) {
  if (kind == ExtentKind::kUnknown) return;
  kind = ExtentKind::kUnknown;
  bound = {};
  reason = std::move(why);
  site = where;
}

void ExtentSummary::Add(const ExtentSummary& other) {
  reads |= other.reads;
  writes |= other.writes;
  if (kind == ExtentKind::kUnknown || other.kind == ExtentKind::kNothing)
    return;
  if (other.kind == ExtentKind::kUnknown) return Lose(other.reason, other.site);
  if (kind == ExtentKind::kNothing) {
    kind = other.kind;
    bound = other.bound;
    site = other.site;
  } else if (IsBound(kind) && IsBound(other.kind)) {
    const ArgumentBound above = AboveBoth(bound, other.bound);
    if (!above.is_known)
      return Lose("two parameters say how far it reaches", other.site);
    kind = above.argument < 0 ? ExtentKind::kConstant : ExtentKind::kParameter;
    bound = above;
  } else if (IsInText(*this) && IsInText(other)) {
    kind = ExtentKind::kString;
    bound = {};
  } else {
    return Lose("it is used as a text and by its length", other.site);
  }
  if (kind == ExtentKind::kString && writes)
    Lose("it is used as a text, and written", other.site);
}

ExtentSummary SummaryOf(const PointerReach& reach) {
  ExtentSummary summary;
  summary.reads = reach.reads;
  summary.writes = reach.writes;
  if (reach.kind == ReachKind::kText) {
    summary = Text();
    summary.site = reach.site;
    return summary;
  }
  if (reach.kind == ReachKind::kUnknown) {
    summary.Lose(reach.reason, reach.site);
    return summary;
  }
  const ExtentSummary bound = OfBound(reach.bound);
  summary.kind = bound.kind;
  summary.bound = bound.bound;
  summary.site = reach.site;
  return summary;
}

ExtentSummary OfLibrary(const LibraryExtent& library, const ExtentCall& call,
                        size_t index) {
  ExtentSummary summary;
  if (library.returned == static_cast<int>(index) && call.is_result_used) {
    summary.reads = summary.writes = true;
    summary.Lose(fmt::format("the result of `{}` points into it", call.to),
                 call.site);
    return summary;
  }
  if (IsTextOfFormat(library, call, index)) return Text();
  for (const LibraryReach& reach : library.reaches)
    if (reach.argument == static_cast<int>(index)) return OfReach(reach, call);
  summary.reads = summary.writes = true;
  summary.Lose(fmt::format("it is handed to `{}`", call.to), call.site);
  return summary;
}

ArgumentBound BytesAt(const ExtentCall& call, const ArgumentBound& callee,
                      bool as_constant) {
  ArgumentBound rest = callee;
  rest.argument = -1;
  rest.factor = 0;
  if (callee.argument < 0) return rest;
  const size_t index = static_cast<size_t>(callee.argument);
  if (index >= call.arguments.size()) return {};
  const PassedArgument& number = call.arguments[index];
  if (number.kind != PassedKind::kNumber) return {};
  if (as_constant)
    return SumOf(TimesOf(number.most_constant, callee.factor), rest);
  // As an unsigned number it is never less.
  const bool is_signed = callee.is_signed && number.most_signed.is_known;
  ArgumentBound counted =
      TimesOf(is_signed ? number.most_signed : number.most, callee.factor);
  counted.is_exact &= callee.is_exact;
  // Of a negative number nothing is reached but the rest.
  if (rest.addend == 0) return counted;
  return AboveBoth(SumOf(counted, rest), rest);
}

ExtentSummary AtCall(const ExtentCall& call, size_t index,
                     const ExtentSummary& callee) {
  ExtentSummary summary = callee;
  const ArgumentBound& offset = call.arguments[index].bytes;
  if (callee.kind == ExtentKind::kNothing ||
      callee.kind == ExtentKind::kUnknown)
    return summary;
  summary.site = call.site;
  if (callee.kind == ExtentKind::kString) {
    if (offset != ConstantBound(0))
      summary.Lose("a part of it is used as a text", call.site);
    return summary;
  }
  if (ReadsText(call, call.arguments[index], callee)) {
    summary.kind = ExtentKind::kString;
    summary.bound = {};
    return summary;
  }
  ArgumentBound end = SumOf(offset, BytesAt(call, callee.bound, false));
  if (!end.is_known) end = SumOf(offset, BytesAt(call, callee.bound, true));
  if (!end.is_known) {
    summary.Lose(
        offset.is_known
            ? fmt::format("it is not known how many bytes `{}` reaches",
                          call.to)
            : fmt::format("it is not known which part `{}` is given", call.to),
        call.site);
    return summary;
  }
  const ExtentSummary bound = OfBound(end);
  summary.kind = bound.kind;
  summary.bound = bound.bound;
  return summary;
}

bool Covers(const ArgumentBound& room, const ArgumentBound& need) {
  if (!room.is_known || !need.is_known) return false;
  if (need.argument < 0) return room.addend >= need.addend;
  return room.argument == need.argument && room.is_signed == need.is_signed &&
         room.factor >= need.factor && room.addend >= need.addend;
}

}  // namespace bailey::analyzer
