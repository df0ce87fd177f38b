# Language level, warnings and sanitizers: the same for every target.

option(BAILEY_BUILD_TESTS "Build the tests" ON)
option(BAILEY_BUILD_FUZZERS "Build the libFuzzer targets (needs clang)" OFF)
option(BAILEY_WARNINGS_AS_ERRORS "Fail on any warning" ON)
set(BAILEY_SANITIZE "" CACHE STRING
    "Sanitizers for every target, as for -fsanitize= (address,undefined)")

set(BAILEY_HEAVY_CODE_OPTIONS "" CACHE STRING
    "Compiler options for the parts that tests spend their time in, after those of the build type")

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

add_compile_options(-Wall -Wextra -Wshadow -Wvla)
add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>)
if(BAILEY_WARNINGS_AS_ERRORS)
  add_compile_options(-Werror)
endif()
add_compile_options(-fstack-protector-strong)

# The default linker takes seconds for a program that holds LLVM's or Z3's parts.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_link_options(-fuse-ld=lld)
endif()

if(BAILEY_SANITIZE)
  add_compile_options(-fsanitize=${BAILEY_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${BAILEY_SANITIZE})
endif()
