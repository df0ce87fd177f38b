#include "policy-compiler/split/crossing_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy-compiler/split/flow_builder.h"

namespace bailey::policy {
namespace {

using ::testing::HasSubstr;

FlowFunction Taking(std::vector<FlowParameter> parameters) {
  FlowFunction function;
  function.id = "f";
  function.name = "f";
  function.extent.file = "/src/a.c";
  function.extent.line = 7;
  function.extent.column = 5;
  function.parameters = std::move(parameters);
  return function;
}

FlowParameter Named(std::string name, TypeInfo type) {
  FlowParameter parameter;
  parameter.name = std::move(name);
  parameter.type = std::move(type);
  return parameter;
}

FlowParameter Bytes(std::string name, bool is_const) {
  return Named(std::move(name),
               PointerTo(TypeKind::kInteger, "unsigned char", 1, is_const));
}

FlowParameter Size(std::string name) {
  return Named(std::move(name), IntegerType("size_t", 8, false));
}

CrossingParameter Describe(const FlowFunction& function, size_t index = 0) {
  Diagnostics diagnostics;
  const auto crossing = DescribeCrossing(function, diagnostics);
  EXPECT_TRUE(crossing.has_value()) << RenderText(diagnostics);
  return crossing ? crossing->parameters.at(index) : CrossingParameter{};
}

std::string Refuse(const FlowFunction& function) {
  Diagnostics diagnostics;
  EXPECT_FALSE(DescribeCrossing(function, diagnostics).has_value());
  EXPECT_TRUE(diagnostics.has_errors());
  if (diagnostics.empty()) return "";
  EXPECT_EQ(diagnostics.all()[0].file, "/src/a.c");
  EXPECT_EQ(diagnostics.all()[0].line, 7);
  EXPECT_FALSE(diagnostics.all()[0].hint.empty());
  return diagnostics.all()[0].message;
}

TEST(CrossingRules, ScalarsPassByValue) {
  for (const TypeKind kind : {TypeKind::kInteger, TypeKind::kBool,
                              TypeKind::kEnum, TypeKind::kFloating}) {
    TypeInfo type = IntegerType("t", 4);
    type.kind = kind;
    const CrossingParameter parameter = Describe(Taking({Named("x", type)}));
    EXPECT_EQ(parameter.mode, MarshalMode::kScalar);
    EXPECT_EQ(parameter.direction, Direction::kIn);
    EXPECT_EQ(parameter.element_bytes, 4u);
  }
}

TEST(CrossingRules, LongDoubleIsRefusedForItsPadding) {
  TypeInfo type = IntegerType("long double", 16);
  type.kind = TypeKind::kFloating;
  EXPECT_THAT(Refuse(Taking({Named("x", type)})), HasSubstr("long double"));
}

TEST(CrossingRules, IntegersMadeForPointersAreRefused) {
  EXPECT_THAT(Refuse(Taking({Named("x", IntegerType("uintptr_t", 8))})),
              HasSubstr("may hold a pointer"));
}

// Else a hostile caller could send fewer elements than the function counts on.
TEST(CrossingRules, AStaticArrayWithACountIsRefused) {
  FlowParameter bytes = Bytes("bytes", true);
  bytes.type.pointee.fixed_count = 64;
  bytes.access = AccessMode::kReadOnly;
  bytes.length_parameter = 1;
  EXPECT_THAT(Refuse(Taking({bytes, Size("size")})),
              HasSubstr("`[static 64]`, and its access attribute"));
}

TEST(CrossingRules, ALengthThatIsNotBesideItIsNotOverlooked) {
  const FlowParameter text =
      Named("text", PointerTo(TypeKind::kInteger, "char", 1, true));
  const FlowParameter scale = Named("scale", [] {
    TypeInfo type = IntegerType("double", 8);
    type.kind = TypeKind::kFloating;
    return type;
  }());
  for (const auto& parameters : std::vector<std::vector<FlowParameter>>{
           {text, scale, Size("text_len")}, {Size("size"), scale, text}}) {
    EXPECT_THAT(Refuse(Taking(parameters)), HasSubstr("may be one element"));
  }
}

TEST(CrossingRules, ALengthThatIsAnothersIsNoDoubt) {
  FlowParameter bytes = Bytes("bytes", true);
  bytes.access = AccessMode::kReadOnly;
  bytes.length_parameter = 2;
  const FlowParameter label =
      Named("label", PointerTo(TypeKind::kInteger, "char", 1, true));
  EXPECT_EQ(Describe(Taking({label, bytes, Size("size")})).mode,
            MarshalMode::kCString);
}

TEST(CrossingRules, FlatStructByValue) {
  const CrossingParameter parameter =
      Describe(Taking({Named("s", StructType("struct s", 12, true))}));
  EXPECT_EQ(parameter.mode, MarshalMode::kStruct);
  EXPECT_EQ(parameter.direction, Direction::kIn);
}

TEST(CrossingRules, StructWithPointersIsRefused) {
  EXPECT_THAT(Refuse(Taking({Named("s", StructType("struct s", 16, false))})),
              HasSubstr("pointers"));
  TypeInfo pointer = PointerTo(TypeKind::kStruct, "struct s", 16, false);
  EXPECT_THAT(Refuse(Taking({Named("s", pointer)})), HasSubstr("`struct s`"));
}

TEST(CrossingRules, StructPointersGoInOrBothWays) {
  TypeInfo type = PointerTo(TypeKind::kStruct, "struct s", 16, true);
  type.pointee.is_flat = true;
  EXPECT_EQ(Describe(Taking({Named("s", type)})).direction, Direction::kIn);
  type.pointee.is_const = false;
  EXPECT_EQ(Describe(Taking({Named("s", type)})).direction, Direction::kInOut);
  FlowParameter written = Named("s", type);
  written.access = AccessMode::kWriteOnly;
  EXPECT_EQ(Describe(Taking({written})).direction, Direction::kOut);
}

TEST(CrossingRules, StructPointerBesideAnIntegerIsAmbiguous) {
  TypeInfo type = PointerTo(TypeKind::kStruct, "struct s", 16, true);
  type.pointee.is_flat = true;
  EXPECT_THAT(Refuse(Taking({Named("s", type), Size("n")})),
              HasSubstr("as many as the integer"));
  EXPECT_THAT(Refuse(Taking({Size("count"), Named("s", type)})),
              HasSubstr("as many as the integer"));
  EXPECT_EQ(Describe(Taking({Size("flags"), Named("s", type)}), 1).mode,
            MarshalMode::kStruct);
}

TEST(CrossingRules, ConstantCharactersAreAString) {
  const TypeInfo text = PointerTo(TypeKind::kInteger, "char", 1, true);
  EXPECT_EQ(Describe(Taking({Named("path", text)})).mode,
            MarshalMode::kCString);
}

TEST(CrossingRules, CharactersBesideAnIntegerAreAmbiguousUntilSaid) {
  FlowParameter text =
      Named("text", PointerTo(TypeKind::kInteger, "char", 1, true));
  Refuse(Taking({text, Size("n")}));
  text.access = AccessMode::kReadOnly;
  EXPECT_EQ(Describe(Taking({text, Size("n")})).mode, MarshalMode::kCString);
  text.length_parameter = 1;
  const CrossingParameter buffer = Describe(Taking({text, Size("n")}));
  EXPECT_EQ(buffer.mode, MarshalMode::kBuffer);
  EXPECT_EQ(buffer.length_parameter, 1);
}

TEST(CrossingRules, WritableCharactersAreRefused) {
  EXPECT_THAT(Refuse(Taking({Named(
                  "text", PointerTo(TypeKind::kInteger, "char", 1, false))})),
              HasSubstr("how many characters"));
}

TEST(CrossingRules, StaticArraysGoInOrBothWays) {
  FlowParameter array = Bytes("key", true);
  array.type.pointee.fixed_count = 32;
  EXPECT_EQ(Describe(Taking({array})).mode, MarshalMode::kFixedArray);
  EXPECT_EQ(Describe(Taking({array})).count, 32u);
  EXPECT_EQ(Describe(Taking({array})).direction, Direction::kIn);
  array.type.pointee.is_const = false;
  EXPECT_EQ(Describe(Taking({array})).direction, Direction::kInOut);
  array.access = AccessMode::kWriteOnly;
  EXPECT_EQ(Describe(Taking({array})).direction, Direction::kOut);
}

TEST(CrossingRules, BuffersNeedAnAttribute) {
  FlowParameter bytes = Bytes("bytes", false);
  Refuse(Taking({bytes}));
  Refuse(Taking({bytes, Size("size")}));
  bytes.length_parameter = 1;
  for (const auto& [mode, direction] :
       {std::pair{AccessMode::kReadOnly, Direction::kIn},
        std::pair{AccessMode::kWriteOnly, Direction::kOut},
        std::pair{AccessMode::kReadWrite, Direction::kInOut}}) {
    bytes.access = mode;
    EXPECT_EQ(Describe(Taking({bytes, Size("size")})).direction, direction);
  }
}

// It may throw before it has written all of it.
TEST(CrossingRules, WhatIsOnlyWrittenGoesInWhereTheFunctionMayThrow) {
  FlowParameter bytes = Bytes("bytes", false);
  bytes.length_parameter = 1;
  bytes.access = AccessMode::kWriteOnly;
  FlowFunction function = Taking({bytes, Size("size")});
  function.may_throw = true;
  EXPECT_EQ(Describe(function).direction, Direction::kInOut);
}

TEST(CrossingRules, BufferLengthMustBeAnIntegerParameter) {
  FlowParameter bytes = Bytes("bytes", true);
  bytes.access = AccessMode::kReadOnly;
  bytes.length_parameter = 3;
  EXPECT_THAT(Refuse(Taking({bytes})), HasSubstr("no integer parameter"));
}

TEST(CrossingRules, OneElementBySaying) {
  FlowParameter number =
      Named("n", PointerTo(TypeKind::kInteger, "int", 4, false));
  Refuse(Taking({number}));
  number.access = AccessMode::kWriteOnly;
  const CrossingParameter described = Describe(Taking({number}));
  EXPECT_EQ(described.mode, MarshalMode::kFixedArray);
  EXPECT_EQ(described.count, 1u);
  EXPECT_EQ(described.direction, Direction::kOut);
}

TEST(CrossingRules, WhatMeansNothingElsewhereIsRefused) {
  Refuse(Taking({Named("p", PointerTo(TypeKind::kVoid, "void", 0, false))}));
  Refuse(
      Taking({Named("p", PointerTo(TypeKind::kPointer, "char *", 8, false))}));
  Refuse(
      Taking({Named("f", PointerTo(TypeKind::kStruct, "FILE", 216, false))}));
  Refuse(
      Taking({Named("f", PointerTo(TypeKind::kOther, "int (int)", 0, false))}));
  TypeInfo other = IntegerType("union u", 8);
  other.kind = TypeKind::kOther;
  Refuse(Taking({Named("u", other)}));
}

TEST(CrossingRules, VariadicPointerResultAndNamelessAreRefused) {
  FlowFunction variadic = Taking({});
  variadic.variadic = true;
  EXPECT_THAT(Refuse(variadic), HasSubstr("variable number"));
  FlowFunction returns = Taking({});
  returns.return_type = PointerTo(TypeKind::kInteger, "char", 1, true);
  EXPECT_THAT(Refuse(returns), HasSubstr("its result"));
  EXPECT_THAT(Refuse(Taking({Named("", IntegerType("int", 4))})),
              HasSubstr("no name"));
  EXPECT_THAT(
      Refuse(Taking({Named("e", IntegerType("enum (unnamed at a.c:1)", 4))})),
      HasSubstr("has no name"));
}

TEST(CrossingRules, SaysEveryReasonAtOnce) {
  FlowFunction function =
      Taking({Named("p", PointerTo(TypeKind::kVoid, "void", 0, false)),
              Named("q", PointerTo(TypeKind::kVoid, "void", 0, false))});
  Diagnostics diagnostics;
  EXPECT_FALSE(DescribeCrossing(function, diagnostics).has_value());
  EXPECT_EQ(diagnostics.error_count(), 2u);
}

TEST(CrossingRules, CountsWhatIsKnownOfTheMessages) {
  FlowParameter array = Bytes("key", false);
  array.type.pointee.fixed_count = 32;
  FlowFunction function = Taking({array, Named("x", IntegerType("int", 4))});
  function.return_type = IntegerType("long", 8);
  Diagnostics diagnostics;
  const auto crossing = DescribeCrossing(function, diagnostics);
  ASSERT_TRUE(crossing.has_value()) << RenderText(diagnostics);
  EXPECT_EQ(crossing->max_request_bytes, 36u);
  EXPECT_EQ(crossing->max_reply_bytes, 40u);
}

FlowFunction TakingTextAndNumber(TypeInfo text) {
  return Taking(
      {Named("path", std::move(text)), Named("mode", IntegerType("int", 4))});
}

// A number behind it may be its length: nobody knows but the author.
TEST(CrossingRules, ThePolicyCanSayThatATextIsAString) {
  const FlowFunction function =
      TakingTextAndNumber(PointerTo(TypeKind::kInteger, "char", 1, true));
  EXPECT_THAT(Refuse(function), HasSubstr("may be one element or as many"));
  Diagnostics diagnostics;
  const auto crossing = DescribeCrossing(function, diagnostics, {"path"});
  ASSERT_TRUE(crossing.has_value()) << RenderText(diagnostics);
  EXPECT_EQ(crossing->parameters[0].mode, MarshalMode::kCString);
  EXPECT_EQ(crossing->parameters[0].direction, Direction::kIn);
  EXPECT_THAT(crossing->parameters[0].reason, HasSubstr("the policy says"));
}

TEST(CrossingRules, ThePolicyCannotMakeAStringOfSomethingElse) {
  TypeInfo counted = PointerTo(TypeKind::kInteger, "char", 1, true);
  counted.pointee.fixed_count = 4;
  for (const TypeInfo& type :
       {PointerTo(TypeKind::kInteger, "char", 1, false), counted,
        PointerTo(TypeKind::kInteger, "short", 2, true),
        IntegerType("long", 8)}) {
    Diagnostics diagnostics;
    const auto crossing =
        DescribeCrossing(TakingTextAndNumber(type), diagnostics, {"path"});
    EXPECT_FALSE(crossing.has_value()) << type.spelling;
    EXPECT_THAT(RenderText(diagnostics), HasSubstr("the policy says"));
  }
}

FlowParameter Inferred(FlowParameter parameter, ExtentKind kind,
                       AccessMode access) {
  parameter.inferred.kind = kind;
  parameter.inferred.access = access;
  parameter.inferred.provided = true;
  return parameter;
}

FlowParameter UpTo(FlowParameter parameter, int count, uint64_t factor,
                   AccessMode access) {
  parameter = Inferred(std::move(parameter), ExtentKind::kParameter, access);
  parameter.inferred.parameter = count;
  parameter.inferred.factor = factor;
  return parameter;
}

TEST(CrossingRules, CodeThatStaysWithinACountMakesABuffer) {
  const FlowParameter bytes =
      UpTo(Bytes("bytes", false), 1, 1, AccessMode::kReadOnly);
  const CrossingParameter parameter = Describe(Taking({bytes, Size("size")}));
  EXPECT_EQ(parameter.mode, MarshalMode::kBuffer);
  EXPECT_EQ(parameter.direction, Direction::kIn);
  EXPECT_EQ(parameter.length_parameter, 1);
  EXPECT_EQ(parameter.element_bytes, 1u);
  EXPECT_THAT(parameter.reason, HasSubstr("1 bytes for each of `size`"));
}

TEST(CrossingRules, WhatCodeMayWriteComesBack) {
  for (const AccessMode access :
       {AccessMode::kWriteOnly, AccessMode::kReadWrite}) {
    const FlowParameter bytes = UpTo(Bytes("bytes", false), 1, 1, access);
    EXPECT_EQ(Describe(Taking({bytes, Size("size")})).direction,
              Direction::kInOut);
  }
}

TEST(CrossingRules, BytesWithoutATypeAreInferred) {
  const FlowParameter bytes =
      UpTo(Named("bytes", PointerTo(TypeKind::kVoid, "void", 0, true)), 1, 1,
           AccessMode::kReadOnly);
  const CrossingParameter parameter = Describe(Taking({bytes, Size("size")}));
  EXPECT_EQ(parameter.mode, MarshalMode::kBuffer);
  EXPECT_EQ(parameter.type, "unsigned char");
}

TEST(CrossingRules, MoreThanTheCountSaysIsRefused) {
  FlowParameter bytes = UpTo(Bytes("bytes", true), 1, 1, AccessMode::kReadOnly);
  bytes.inferred.bytes = 1;
  EXPECT_THAT(Refuse(Taking({bytes, Size("size")})),
              HasSubstr("1 bytes more than `size` says"));
}

TEST(CrossingRules, CodeThatReachesAConstantMakesAnArray) {
  FlowParameter words =
      Inferred(Named("words", PointerTo(TypeKind::kInteger, "int", 4, false)),
               ExtentKind::kConstant, AccessMode::kReadWrite);
  words.inferred.bytes = 12;
  CrossingParameter parameter = Describe(Taking({words}));
  EXPECT_EQ(parameter.mode, MarshalMode::kFixedArray);
  EXPECT_EQ(parameter.element_bytes, 4u);
  EXPECT_EQ(parameter.count, 3u);
  EXPECT_EQ(parameter.direction, Direction::kInOut);
  words.inferred.bytes = 10;
  parameter = Describe(Taking({words}));
  EXPECT_EQ(parameter.element_bytes, 1u);
  EXPECT_EQ(parameter.count, 10u);
}

TEST(CrossingRules, CodeThatReadsATextMakesAString) {
  const FlowParameter text =
      Named("text", PointerTo(TypeKind::kInteger, "char", 1, false));
  FlowParameter inferred =
      Inferred(text, ExtentKind::kString, AccessMode::kReadOnly);
  EXPECT_EQ(Describe(Taking({inferred, Size("limit")})).mode,
            MarshalMode::kCString);
  EXPECT_EQ(Describe(Taking({inferred})).direction, Direction::kIn);
  EXPECT_THAT(Refuse(Taking({Inferred(Bytes("text", false), ExtentKind::kString,
                                      AccessMode::kReadOnly)})),
              HasSubstr("does not point to `char`"));
}

TEST(CrossingRules, WhatACallerMayNotHaveIsRefusedWithThePlace) {
  FlowParameter bytes = UpTo(Bytes("bytes", true), 1, 1, AccessMode::kReadOnly);
  bytes.inferred.provided = false;
  bytes.inferred.reason = "this caller may have less there";
  bytes.inferred.site = {"b.c", 31, 3, "g"};
  EXPECT_THAT(Refuse(Taking({bytes, Size("size")})),
              HasSubstr("but this caller may have less there (b.c:31)"));
}

TEST(CrossingRules, WhyNothingIsInferredIsSaid) {
  FlowParameter bytes = Inferred(Bytes("bytes", true), ExtentKind::kUnknown,
                                 AccessMode::kReadWrite);
  bytes.inferred.reason = "it is stored";
  bytes.inferred.site = {"a.c", 9, 3, "f"};
  EXPECT_THAT(Refuse(Taking({bytes, Size("size")})),
              HasSubstr("its code does not tell: it is stored (a.c:9)"));
}

TEST(CrossingRules, AttributesComeBeforeWhatIsInferred) {
  FlowParameter bytes =
      UpTo(Bytes("bytes", false), 2, 4, AccessMode::kReadOnly);
  bytes.access = AccessMode::kReadWrite;
  bytes.length_parameter = 1;
  const CrossingParameter parameter =
      Describe(Taking({bytes, Size("size"), Size("other")}));
  EXPECT_EQ(parameter.length_parameter, 1);
  EXPECT_EQ(parameter.element_bytes, 1u);
  EXPECT_EQ(parameter.direction, Direction::kInOut);
}

TEST(CrossingRules, AStructureThatIsOnlyReadDoesNotComeBack) {
  FlowParameter point =
      Named("point", PointerTo(TypeKind::kStruct, "struct point", 12, false));
  point.type.pointee.is_flat = true;
  EXPECT_EQ(Describe(Taking({point})).direction, Direction::kInOut);
  point = Inferred(point, ExtentKind::kConstant, AccessMode::kReadOnly);
  point.inferred.bytes = 8;
  EXPECT_EQ(Describe(Taking({point})).direction, Direction::kIn);
  // One, though an integer follows.
  EXPECT_EQ(Describe(Taking({point, Size("count")})).mode,
            MarshalMode::kStruct);
  point.inferred.bytes = 24;
  EXPECT_THAT(Refuse(Taking({point, Size("count")})),
              HasSubstr("more than one plain structure"));
}

FlowParameter Text(std::string name) {
  return Named(std::move(name), PointerTo(TypeKind::kInteger, "char", 1, true));
}

FlowParameter FlatPoint() {
  FlowParameter point =
      Named("point", PointerTo(TypeKind::kStruct, "struct point", 12, false));
  point.type.pointee.is_flat = true;
  return point;
}

FlowParameter Reaching(FlowParameter parameter, uint64_t bytes,
                       AccessMode access) {
  parameter = Inferred(std::move(parameter), ExtentKind::kConstant, access);
  parameter.inferred.bytes = bytes;
  return parameter;
}

// B6: `n - 1` with n = 0, a product that wraps: what holds for the program's
// callers is no bound for an attacker's. So all that is inferred is guarded.
TEST(CrossingRules, WhatIsInferredIsGuarded) {
  const FlowParameter text =
      Inferred(Named("text", PointerTo(TypeKind::kInteger, "char", 1, false)),
               ExtentKind::kString, AccessMode::kReadOnly);
  for (const FlowParameter& each :
       {Reaching(Bytes("p", false), 12, AccessMode::kReadWrite),
        UpTo(Bytes("p", false), 1, 1, AccessMode::kReadOnly),
        Reaching(FlatPoint(), 8, AccessMode::kReadOnly), text})
    EXPECT_TRUE(Describe(Taking({each, Size("n")})).guarded) << each.name;
}

TEST(CrossingRules, WhatIsDeclaredAndConfirmedIsNot) {
  FlowParameter bytes = UpTo(Bytes("p", true), 1, 1, AccessMode::kReadOnly);
  bytes.access = AccessMode::kReadOnly;
  bytes.length_parameter = 1;
  EXPECT_FALSE(Describe(Taking({bytes, Size("n")})).guarded);
  EXPECT_FALSE(Describe(Taking({Text("path")})).guarded);
  EXPECT_FALSE(Describe(Taking({FlatPoint()})).guarded);
}

// Out alone would be zeros where the code writes nothing: only an author knows.
TEST(CrossingRules, NothingPassesOutAloneByInference) {
  for (const AccessMode access :
       {AccessMode::kWriteOnly, AccessMode::kReadWrite})
    for (const FlowParameter& each : {Reaching(Bytes("p", false), 12, access),
                                      UpTo(Bytes("p", false), 1, 1, access),
                                      Reaching(FlatPoint(), 12, access)})
      EXPECT_EQ(Describe(Taking({each, Size("n")})).direction,
                Direction::kInOut);
}

// B4: 32 bytes would be read of a copy that may have one.
TEST(CrossingRules, CharactersThatAreNoTextAreAnArrayOrRefused) {
  FlowParameter key = Reaching(Text("key"), 32, AccessMode::kReadOnly);
  const CrossingParameter array = Describe(Taking({key}));
  EXPECT_EQ(array.mode, MarshalMode::kFixedArray);
  EXPECT_EQ(array.count, 32u);
  EXPECT_TRUE(array.guarded);
  key.inferred.provided = false;
  key.inferred.reason = "this caller may have less there";
  EXPECT_THAT(Refuse(Taking({key})),
              HasSubstr("declared like a text, but its code may reach 32"));
}

TEST(CrossingRules, CharactersThatANumberCountsAreNoText) {
  const FlowParameter text = UpTo(Text("text"), 0, 1, AccessMode::kReadOnly);
  const FlowFunction function =
      Taking({Named("limit", IntegerType("unsigned", 4, false)), text});
  EXPECT_EQ(Describe(function, 1).mode, MarshalMode::kBuffer);
  EXPECT_EQ(Describe(function, 1).length_parameter, 0);
}

// Where main has a name from its arguments, it is as good as every other text.
TEST(CrossingRules, ATextBesideANumberIsOneByWhatIsDoneToIt) {
  FlowParameter path = Text("path");
  path.inferred.kind = ExtentKind::kString;
  path.inferred.access = AccessMode::kReadOnly;
  path.inferred.reason = "this caller may have less there";
  EXPECT_EQ(Describe(Taking({path, Size("flags")})).mode,
            MarshalMode::kCString);
  path.inferred.kind = ExtentKind::kUnknown;
  path.inferred.reason = "it is returned";
  Refuse(Taking({path, Size("flags")}));
  path.inferred.seen = {{SeenUse::kText, {}}};
  EXPECT_EQ(Describe(Taking({path, Size("flags")})).mode,
            MarshalMode::kCString);
  EXPECT_TRUE(Describe(Taking({path, Size("flags")})).guarded);
  path.inferred.seen.push_back({SeenUse::kCounted, {}});
  Refuse(Taking({path, Size("flags")}));
  path.inferred.seen.pop_back();
  path.type.pointee.is_const = false;
  Refuse(Taking({path, Size("flags")}));
}

TEST(CrossingRules, TheFirstCharacterIsInEveryText) {
  FlowParameter text = Reaching(Text("text"), 1, AccessMode::kReadOnly);
  text.inferred.provided = false;
  EXPECT_EQ(Describe(Taking({text})).mode, MarshalMode::kCString);
}

TEST(CrossingRules, AStringByThePolicyIsGuardedWhereItsCodeGoesFurther) {
  FlowParameter text = Reaching(Text("path"), 2, AccessMode::kReadOnly);
  text.inferred.provided = false;
  Diagnostics diagnostics;
  const auto crossing = DescribeCrossing(Taking({text}), diagnostics, {"path"});
  ASSERT_TRUE(crossing.has_value()) << RenderText(diagnostics);
  EXPECT_EQ(crossing->parameters[0].mode, MarshalMode::kCString);
  EXPECT_TRUE(crossing->parameters[0].guarded);
}

TEST(CrossingRules, ASecondStructureIsRefused) {
  FlowParameter two = Reaching(FlatPoint(), 24, AccessMode::kReadOnly);
  EXPECT_THAT(Refuse(Taking({two})),
              HasSubstr("like one structure, but its code may reach 24"));
  two.access = AccessMode::kReadWrite;
  EXPECT_THAT(Refuse(Taking({two})), HasSubstr("like one structure"));
}

TEST(CrossingRules, AnAttributeThatSaysLessIsGuarded) {
  FlowParameter bytes = Reaching(Bytes("p", true), 64, AccessMode::kReadOnly);
  bytes.access = AccessMode::kReadOnly;
  bytes.length_parameter = 1;
  EXPECT_TRUE(Describe(Taking({bytes, Size("n")})).guarded);
  FlowParameter array = Reaching(Bytes("p", true), 64, AccessMode::kReadOnly);
  array.type.pointee.fixed_count = 32;
  EXPECT_TRUE(Describe(Taking({array})).guarded);
  array.type.pointee.fixed_count = 64;
  EXPECT_FALSE(Describe(Taking({array})).guarded);
}

FlowParameter SeenTo(FlowParameter parameter, SeenUse use) {
  parameter.inferred.seen = {{use, {"b.c", 31, 3, "g"}}};
  return parameter;
}

std::vector<FlowParameter> OfEachMode() {
  FlowParameter array = Bytes("p", true);
  array.type.pointee.fixed_count = 32;
  FlowParameter buffer = Bytes("p", true);
  buffer.access = AccessMode::kReadOnly;
  buffer.length_parameter = 1;
  FlowParameter point = FlatPoint();
  point.access = AccessMode::kReadOnly;
  return {Text("p"), array, buffer, point,
          Reaching(Bytes("p", true), 8, AccessMode::kReadOnly)};
}

FlowFunction AloneOrCounted(const FlowParameter& parameter) {
  if (parameter.length_parameter < 0) return Taking({parameter});
  return Taking({parameter, Size("count")});
}

// After the call it would point to the next caller's bytes, in the portion that
// has the key.
TEST(CrossingRules, AKeptPointerIsRefusedWhateverIsDeclared) {
  for (const FlowParameter& each : OfEachMode()) {
    EXPECT_TRUE(Describe(AloneOrCounted(each)).count < 64);
    EXPECT_THAT(Refuse(AloneOrCounted(SeenTo(each, SeenUse::kKept))),
                HasSubstr("keeps the pointer, and what it points to is gone "
                          "after the call (b.c:31)"));
  }
}

// B5: an attacker who chooses a pointer reads what is there.
TEST(CrossingRules, PointersInBytesAreRefusedWhateverIsDeclared) {
  for (const FlowParameter& each : OfEachMode())
    EXPECT_THAT(Refuse(AloneOrCounted(SeenTo(each, SeenUse::kHoldsPointers))),
                HasSubstr("takes pointers out of what it points to"));
}

// B9: the caller would not see what was written.
TEST(CrossingRules, WhatIsWrittenInSpiteOfConstIsRefused) {
  for (const FlowParameter& each : OfEachMode())
    EXPECT_THAT(Refuse(AloneOrCounted(SeenTo(each, SeenUse::kWritten))),
                HasSubstr("declared as only read (b.c:31)"));
  FlowParameter array = Bytes("p", false);
  array.type.pointee.fixed_count = 32;
  EXPECT_EQ(Describe(Taking({SeenTo(array, SeenUse::kWritten)})).direction,
            Direction::kInOut);
}

}  // namespace
}  // namespace bailey::policy
