// Which structures a function looks into: of which others do not keep from it
// what is in them if it only holds pointers to them. Internal to source/.
//
//   StructureLooks looks(context, symbol_of);
//   fact.looks_into = looks.Of(function);
//
// It looks into S where it names a member of one or has one as a value (copies,
// locals, elements, structures that embed it), calculates with a pointer to one
// or orders two, makes such a pointer from another type or another type from
// it, or gets or gives one where nobody sees what becomes of it: calls through
// pointers, assembly, unions, members of a system's structures. Not looked into
// is what is stored, passed on, returned, compared for equality and with null.
//
// What only the whole program can decide (flow/structure_looks.h) is told in
// other forms. `S@SYMBOL`: by a call of a function that this unit does not
// define. `NAME=S`: a name that the unit has for a structure of the function's
// parameters, its result, or that it looks into; `S#LAYOUT`: how this unit
// defines that.

#ifndef BAILEY_ANALYZER_SOURCE_STRUCTURE_LOOKS_H_
#define BAILEY_ANALYZER_SOURCE_STRUCTURE_LOOKS_H_

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace clang {
class ASTContext;
class FunctionDecl;
class RecordDecl;
}  // namespace clang

namespace bailey::analyzer {

class StructureLooks {
 public:
  using SymbolOf = std::function<std::string(const clang::FunctionDecl&)>;

  // `context` and what `symbol_of` needs must outlive it.
  StructureLooks(clang::ASTContext& context, SymbolOf symbol_of);

  // Sorted, each once.
  std::vector<std::string> Of(const clang::FunctionDecl& function) const;

 private:
  using Names = std::map<const clang::RecordDecl*, std::vector<std::string>>;

  void AddNames();
  std::string NameOf(const clang::RecordDecl& record) const;
  void AddMeaning(const clang::RecordDecl& record,
                  std::set<std::string>& names) const;

  clang::ASTContext& context_;
  SymbolOf symbol_of_;
  Names typedefs_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_SOURCE_STRUCTURE_LOOKS_H_
