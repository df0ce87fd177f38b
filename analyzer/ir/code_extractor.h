// The calls of a module: marked first, read after constants are exposed.
// Internal to ir/.
//
//   CodeExtractor extractor(module, places, code);
//   extractor.MarkCalls();
//   ExposeConstants(module);
//   extractor.ReadCalls();

#ifndef BAILEY_ANALYZER_IR_CODE_EXTRACTOR_H_
#define BAILEY_ANALYZER_IR_CODE_EXTRACTOR_H_

#include <optional>
#include <vector>

#include "analyzer/ir/expression_reader.h"
#include "analyzer/ir/global_uses.h"

namespace llvm {
class CallBase;
}

namespace bailey::analyzer {

// Of a call that was marked: which in its module.
std::optional<int> CallNumber(const llvm::CallBase& call);

class CodeExtractor {
 public:
  // `code` says for which architecture the module is.
  CodeExtractor(llvm::Module& module, const Places& places, CodeFacts& code)
      : module_(module), places_(places), code_(code), readers_(places) {}

  void MarkCalls();
  void ReadCalls();
  ExpressionReaders& readers() { return readers_; }

 private:
  // A call as it stood before any pass.
  struct Marked {
    SourceSite site;
    std::vector<std::string> targets;  // empty: none is known
    bool seen = false;                 // by ReadCalls
  };

  void Mark(llvm::CallBase& call);
  void Read(const llvm::CallBase& call);
  void ReadAssembly(const llvm::CallBase& call, const SourceSite& site);
  void ReadGone();
  void AddCall(const std::string& to, const SourceSite& site,
               std::vector<ValueFact> arguments);
  void AddUnresolved(const std::string& reason, const SourceSite& site);
  std::vector<std::string> Targets(const llvm::CallBase& call) const;

  llvm::Module& module_;
  const Places& places_;
  CodeFacts& code_;
  std::vector<Marked> marked_;
  ExpressionReaders readers_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_CODE_EXTRACTOR_H_
