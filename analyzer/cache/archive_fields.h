// How a struct or class says which fields of it are kept between runs: once,
// for both directions (archive.h). A field that is left out does not compile:
// the list is a structured binding, which must name them all.
//
//   BAILEY_ARCHIVE_FIELDS(Point, x, name)  // in Point's namespace
//   BAILEY_ARCHIVE_ENUM(Color, kLastColor)
//
//   class Index {
//    public:
//     BAILEY_ARCHIVE_MEMBERS(words_, names_)  // of a class, in it

#ifndef BAILEY_ANALYZER_CACHE_ARCHIVE_FIELDS_H_
#define BAILEY_ANALYZER_CACHE_ARCHIVE_FIELDS_H_

#include <tuple>
#include <type_traits>

// Both are found by argument-dependent lookup, so they stand in the namespace
// of the type. A template, so that one list serves const and not const.
#define BAILEY_ARCHIVE_FIELDS(Type, ...)                             \
  template <class ArchivedType>                                      \
    requires std::is_same_v<std::remove_const_t<ArchivedType>, Type> \
  constexpr auto ArchiveFields(ArchivedType& archived_value) {       \
    auto& [__VA_ARGS__] = archived_value;                            \
    return std::tie(__VA_ARGS__);                                    \
  }
#define BAILEY_ARCHIVE_ENUM(Type, last) \
  constexpr Type ArchiveLast(Type) { return Type::last; }

// Named as the members are, so it is one function that sees them, and no other.
#define BAILEY_ARCHIVE_MEMBERS(...)                                    \
  template <class ArchivedType>                                        \
  static constexpr auto ArchiveMembers(ArchivedType& archived_value) { \
    auto& [__VA_ARGS__] = archived_value;                              \
    return std::tie(__VA_ARGS__);                                      \
  }

#endif  // BAILEY_ANALYZER_CACHE_ARCHIVE_FIELDS_H_
