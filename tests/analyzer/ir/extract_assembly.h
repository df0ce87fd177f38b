// CodeFacts of a module written as LLVM assembly, for the tests of this folder.
//
//   const CodeFacts code = Extract("define void @f() { ret void }");

#ifndef BAILEY_TESTS_ANALYZER_IR_EXTRACT_ASSEMBLY_H_
#define BAILEY_TESTS_ANALYZER_IR_EXTRACT_ASSEMBLY_H_

#include <gtest/gtest.h>
#include <llvm/AsmParser/Parser.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/SourceMgr.h>

#include <memory>
#include <string>

#include "analyzer/ir/extract.h"

namespace bailey::analyzer {

inline CodeFacts Extract(const std::string& assembly) {
  llvm::LLVMContext context;
  llvm::SMDiagnostic error;
  const std::unique_ptr<llvm::Module> module =
      llvm::parseAssemblyString(assembly, error, context);
  EXPECT_NE(module, nullptr) << error.getMessage().str();
  if (module == nullptr) return {};
  const ModuleNames names{
      [](const llvm::GlobalValue& value) {
        return value.hasPrivateLinkage() ? "" : value.getName().str();
      },
      [](const llvm::Function&) { return false; }, "/root", "a.c"};
  return ExtractCode(*module, names);
}

}  // namespace bailey::analyzer

#endif  // BAILEY_TESTS_ANALYZER_IR_EXTRACT_ASSEMBLY_H_
