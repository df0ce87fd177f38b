// The fields of an image, each once, and the check of what was read: nobody
// asks an image's indices whether they are in range.

#include "analyzer/elf/image_archive.h"

#include <algorithm>
#include <functional>

#include "analyzer/cache/archive.h"

namespace bailey::analyzer {

BAILEY_ARCHIVE_ENUM(MachineValue::Kind, kFrame)
BAILEY_ARCHIVE_ENUM(MemoryPlace::Kind, kThread)
BAILEY_ARCHIVE_ENUM(ValueOrigin::Kind, kReturned)
BAILEY_ARCHIVE_ENUM(ValueOrigin::Guard, kPutOn)
BAILEY_ARCHIVE_ENUM(DataReference::Use, kCompared)
BAILEY_ARCHIVE_ENUM(DataWord::Kind, kData)

BAILEY_ARCHIVE_FIELDS(MachineValue, kind, width_bits, parameter, symbol,
                      constant)
BAILEY_ARCHIVE_FIELDS(MemoryPlace, kind, size_bytes, parameter, symbol, stride,
                      address, offset)
BAILEY_ARCHIVE_FIELDS(ValueOrigin, kind, guard, value, place, range_bytes)
BAILEY_ARCHIVE_FIELDS(IndirectSite, address, is_tail, origins, arguments)
BAILEY_ARCHIVE_FIELDS(PointerStore, address, place, origins)
BAILEY_ARCHIVE_FIELDS(DataReference, address, symbol, use, size_bytes)
BAILEY_ARCHIVE_FIELDS(SyscallSite, address, number, possible_numbers,
                      number_parameter, arguments, unresolved_reason)
BAILEY_ARCHIVE_FIELDS(CallSite, address, is_tail, function, import, arguments)
BAILEY_ARCHIVE_FIELDS(MachineFunction, name, address, size, syscalls,
                      call_sites, calls, imports, takes_address_of,
                      takes_address_of_imports, has_indirect_call,
                      indirect_sites, pointer_stores, data_references,
                      incomplete, incomplete_reason)
BAILEY_ARCHIVE_FIELDS(ElfExport, name, version, is_default_version, functions,
                      resolver)
BAILEY_ARCHIVE_FIELDS(DataWord, kind, slot, target, function, import)
BAILEY_ARCHIVE_FIELDS(DataObject, address, end, name, first_word, last_word,
                      is_exported, is_collection, is_coarse)
BAILEY_ARCHIVE_FIELDS(DataName, name, address, is_private)

namespace {

bool IsParameter(int number) {
  return number >= 0 && number < kFollowedParameters;
}

class Check {
 public:
  explicit Check(const ElfImage& image)
      : image_(image),
        functions_(image.functions().size()),
        symbols_(image.symbol_names().size()) {}

  bool Passes() const {
    return All(image_.functions(), &Check::Function) &&
           All(image_.exports(), &Check::Export) &&
           Are(image_.data_address_taken()) && Are(image_.constructors()) &&
           Are(image_.destructors()) && Are(image_.resolvers()) &&
           Is(image_.entry()) && image_.NamesAreConsistent() &&
           image_.data().IsConsistent(functions_);
  }

 private:
  template <class List, class Test>
  bool All(const List& list, Test test) const {
    return std::ranges::all_of(
        list, [&](const auto& each) { return std::invoke(test, this, each); });
  }

  bool Is(const std::optional<uint32_t>& function) const {
    return !function || *function < functions_;
  }
  bool Are(const std::vector<uint32_t>& functions) const {
    return std::ranges::all_of(
        functions, [&](uint32_t each) { return each < functions_; });
  }

  bool Value(const MachineValue& value) const {
    if (value.kind == MachineValue::Kind::kParameter)
      return IsParameter(value.parameter);
    return value.kind != MachineValue::Kind::kSymbol || value.symbol < symbols_;
  }

  bool Place(const MemoryPlace& place) const {
    switch (place.kind) {
      case MemoryPlace::Kind::kParameterField:
        return IsParameter(place.parameter);
      case MemoryPlace::Kind::kSymbolWord:
      case MemoryPlace::Kind::kSymbolTable:
        return place.symbol < symbols_;
      default:
        return true;
    }
  }

  bool Origin(const ValueOrigin& origin) const {
    return Value(origin.value) && Place(origin.place);
  }

  bool Reference(const DataReference& reference) const {
    return reference.symbol == DataReference::kNoSymbol ||
           reference.symbol < symbols_;
  }

  bool Syscall(const SyscallSite& site) const {
    return (!site.number_parameter || IsParameter(*site.number_parameter)) &&
           All(site.arguments, &Check::Value);
  }
  bool Call(const CallSite& site) const {
    return Is(site.function) && All(site.arguments, &Check::Value);
  }
  bool Indirect(const IndirectSite& site) const {
    return !site.origins.empty() && All(site.origins, &Check::Origin) &&
           All(site.arguments, &Check::Value);
  }
  bool Store(const PointerStore& store) const {
    return !store.origins.empty() && Place(store.place) &&
           All(store.origins, &Check::Origin);
  }

  bool Function(const MachineFunction& function) const {
    return All(function.syscalls, &Check::Syscall) &&
           All(function.call_sites, &Check::Call) && Are(function.calls) &&
           Are(function.takes_address_of) &&
           All(function.indirect_sites, &Check::Indirect) &&
           All(function.pointer_stores, &Check::Store) &&
           All(function.data_references, &Check::Reference);
  }
  bool Export(const ElfExport& entry) const {
    return Are(entry.functions) && Is(entry.resolver);
  }

  const ElfImage& image_;
  const size_t functions_;
  const size_t symbols_;
};

}  // namespace

std::string WriteImage(const ElfImage& image) { return WriteArchive(image); }

std::optional<ElfImage> ReadImage(std::string_view bytes) {
  std::optional<ElfImage> image = ReadArchive<ElfImage>(bytes);
  if (image && !Check(*image).Passes()) image.reset();
  return image;
}

}  // namespace bailey::analyzer
