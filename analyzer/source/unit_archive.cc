#include "analyzer/source/unit_archive.h"

#include "analyzer/cache/archive.h"

// Every struct that UnitFacts holds, with all its fields in their order. Who
// adds a field adds its name here; without it this does not compile. The
// cache's keys hold the tool's digest, so nothing else need change.
namespace bailey {

BAILEY_ARCHIVE_ENUM(Architecture, kAarch64)
BAILEY_ARCHIVE_ENUM(TypeKind, kOther)
BAILEY_ARCHIVE_ENUM(AccessMode, kNone)
BAILEY_ARCHIVE_ENUM(LibraryType, kOptional)
BAILEY_ARCHIVE_ENUM(Linkage, kInternal)
BAILEY_ARCHIVE_ENUM(EdgeKind, kData)
BAILEY_ARCHIVE_ENUM(Confidence, kAssumed)

BAILEY_ARCHIVE_FIELDS(SourceSite, file, line, column, function)
BAILEY_ARCHIVE_FIELDS(ValueRange, min, max)
BAILEY_ARCHIVE_FIELDS(PointeeInfo, kind, spelling, size_bytes, is_const,
                      is_character, is_flat, fixed_count)
BAILEY_ARCHIVE_FIELDS(TypeInfo, kind, spelling, size_bytes, is_signed, is_flat,
                      pointee, library, is_reference)
BAILEY_ARCHIVE_ENUM(ExtentKind, kUnknown)
BAILEY_ARCHIVE_ENUM(SeenUse, kCounted)
BAILEY_ARCHIVE_FIELDS(PointerUse, use, site)
BAILEY_ARCHIVE_FIELDS(InferredExtent, kind, access, bytes, factor, parameter,
                      provided, reason, site, seen)
BAILEY_ARCHIVE_FIELDS(FlowParameter, name, type, access, length_parameter,
                      inferred)
BAILEY_ARCHIVE_FIELDS(SourceExtent, file, begin, end, line, column, end_line)
BAILEY_ARCHIVE_FIELDS(FlowFunction, id, name, linkage, variadic, address_taken,
                      is_inline, extent, body, return_type, parameters,
                      looks_into, qualified_name, is_method, may_throw)
BAILEY_ARCHIVE_ENUM(GlobalValueKind, kText)
BAILEY_ARCHIVE_FIELDS(GlobalValue, kind, number, text)
BAILEY_ARCHIVE_FIELDS(FlowGlobal, id, name, linkage, is_constant, never_written,
                      is_thread_local, address_taken, function, extent,
                      sole_declarator, type, values)
BAILEY_ARCHIVE_FIELDS(FlowEdge, kind, from, to, external, site, label,
                      confidence, is_only_read)
BAILEY_ARCHIVE_FIELDS(FlowUnit, file, directory, command, sha256)

namespace analyzer {

BAILEY_ARCHIVE_ENUM(ExpressionKind, kFunction)
BAILEY_ARCHIVE_ENUM(Operation, kSignedGreaterOrEqual)

BAILEY_ARCHIVE_FIELDS(ValueFact, known, values, width_bits, ranges, mask, bits)
BAILEY_ARCHIVE_FIELDS(ValueExpression, kind, operation, width_bits, number,
                      stride, symbol, operands, readers)
BAILEY_ARCHIVE_FIELDS(CallFact, from, to, site, arguments, expressions,
                      is_only_target)
BAILEY_ARCHIVE_FIELDS(AssemblySyscall, from, site, number, arguments,
                      expressions)
BAILEY_ARCHIVE_FIELDS(UnresolvedFact, from, reason, site, call, unit)
BAILEY_ARCHIVE_FIELDS(IndirectCall, fact, call, unit)
BAILEY_ARCHIVE_FIELDS(AliasFact, name, target)
BAILEY_ARCHIVE_FIELDS(AssemblyName, from, name, site)
BAILEY_ARCHIVE_FIELDS(CodePosition, file, line, column)
BAILEY_ARCHIVE_FIELDS(ControlNode, successors, unwinds, positions, leaves,
                      returns_twice)
BAILEY_ARCHIVE_FIELDS(ControlLoop, header, nodes, bounded, site)
BAILEY_ARCHIVE_FIELDS(ControlFlow, function, files, nodes, loops, may_throw,
                      may_suspend)
BAILEY_ARCHIVE_FIELDS(CellFact, offset, from, value, stride)
BAILEY_ARCHIVE_FIELDS(MemberFact, offset, stride, bytes)
BAILEY_ARCHIVE_FIELDS(GlobalFact, id, size_bytes, is_defined, is_constant,
                      escapes, roams, kept, readers, initial, stores)
BAILEY_ARCHIVE_FIELDS(PassedAddress, callee, argument, is_only_read, caller)
BAILEY_ARCHIVE_FIELDS(GlobalWrites, id, may_be_written, passed, writers)
BAILEY_ARCHIVE_FIELDS(ReturnFact, function, value)
BAILEY_ARCHIVE_ENUM(ConstraintKind, kInitializer)
BAILEY_ARCHIVE_ENUM(ObjectKind, kStack)
BAILEY_ARCHIVE_FIELDS(PointerConstraint, kind, to, from, offset, stride, size)
BAILEY_ARCHIVE_FIELDS(DeclaredArray, begin, end, stride)
BAILEY_ARCHIVE_FIELDS(MemoryObject, kind, id, size, is_defined, arrays)
BAILEY_ARCHIVE_FIELDS(PointerArgument, value, is_block, is_constant, constant)
BAILEY_ARCHIVE_FIELDS(PointerCall, callee, result, integers, floats,
                      is_variadic, returns_in_memory, is_direct, number)
BAILEY_ARCHIVE_FIELDS(FunctionConstraints, object, integers, floats, result,
                      is_variadic, returns_in_memory, variadic_area,
                      integers_read, constraints, calls)
BAILEY_ARCHIVE_FIELDS(UnitConstraints, value_count, objects, functions,
                      constraints, resolvers)
BAILEY_ARCHIVE_ENUM(DataStepKind, kMove)
BAILEY_ARCHIVE_FIELDS(DataStep, kind, to, from, target, source, size, control,
                      place)
BAILEY_ARCHIVE_FIELDS(DataArgument, node, pointer, is_pointer, is_constant,
                      constant, symbol)
BAILEY_ARCHIVE_FIELDS(DataCall, to, number, is_opaque, result, result_pointer,
                      integers, floats, control, place)
BAILEY_ARCHIVE_FIELDS(ExternalRead, symbol, to, place)
BAILEY_ARCHIVE_FIELDS(FunctionDataFlow, id, first, end, integers, floats,
                      result, entry, steps, calls, external_reads, files,
                      places)
BAILEY_ARCHIVE_FIELDS(DataConstant, value, node)
BAILEY_ARCHIVE_FIELDS(UnitDataFlow, node_count, constants, functions, initial)
BAILEY_ARCHIVE_FIELDS(LibraryPrototype, function, read_only, text)
BAILEY_ARCHIVE_FIELDS(NamedFile, from, site, path, access)
BAILEY_ARCHIVE_ENUM(ReachKind, kUnknown)
BAILEY_ARCHIVE_ENUM(PassedKind, kParameter)
BAILEY_ARCHIVE_FIELDS(ArgumentBound, is_known, is_signed, is_exact, argument,
                      factor, addend)
BAILEY_ARCHIVE_FIELDS(PointerReach, argument, kind, reads, writes, is_certain,
                      bound, reason, site)
BAILEY_ARCHIVE_FIELDS(PassedArgument, kind, most, most_signed, most_constant,
                      bytes, parameter, text_of, text, is_local, holds_pointers,
                      copies)
BAILEY_ARCHIVE_FIELDS(ArgumentCopy, from, into)
BAILEY_ARCHIVE_FIELDS(ArgumentUse, argument, use, into, site)
BAILEY_ARCHIVE_FIELDS(ExtentCall, to, site, is_certain, is_result_used,
                      is_result_returned, result_into, fixed, arguments)
BAILEY_ARCHIVE_FIELDS(ExtentArgument, is_pointer, width_bits)
BAILEY_ARCHIVE_FIELDS(FunctionExtents, id, is_plain, arguments, reaches, uses,
                      copies, returned, calls)
BAILEY_ARCHIVE_FIELDS(CodeFacts, architecture, edges, calls, syscalls,
                      unresolved, aliases, assembly_names, constructors,
                      destructors, control, kept, global_facts, global_writes,
                      returns, indirect_calls, constraints, data_flow,
                      prototypes, named_files, extents)
BAILEY_ARCHIVE_FIELDS(UnitFacts, unit, functions, globals, code, read_files)

std::string WriteUnit(const UnitFacts& facts) { return WriteArchive(facts); }

std::optional<UnitFacts> ReadUnit(std::string_view bytes) {
  return ReadArchive<UnitFacts>(bytes);
}

}  // namespace analyzer
}  // namespace bailey
