# Libraries of the field, all from Debian 12 (scripts/packages.txt).

find_package(nlohmann_json 3.11 REQUIRED)
find_package(RapidJSON 1.1 REQUIRED)
# Headers alone: sets that lie in one piece of memory.
find_package(Boost 1.81 REQUIRED)
find_package(fmt REQUIRED)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(NETTLE REQUIRED IMPORTED_TARGET nettle)
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)
if(BAILEY_BUILD_TESTS)
  find_package(GTest REQUIRED)
endif()

# LLVM 14 stands beside 19 on Debian, so the version and the prefix are named.
find_package(LLVM 19.1 REQUIRED CONFIG)
find_package(Clang REQUIRED CONFIG HINTS "${LLVM_INSTALL_PREFIX}/lib/cmake/clang")
if(NOT Clang_DIR MATCHES "llvm-19")
  message(FATAL_ERROR "Clang was found in ${Clang_DIR}; install libclang-19-dev")
endif()
add_library(bailey_llvm INTERFACE)
add_library(bailey::llvm ALIAS bailey_llvm)
target_include_directories(bailey_llvm SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS} ${CLANG_INCLUDE_DIRS})
target_link_libraries(bailey_llvm INTERFACE clang-cpp LLVM)

find_path(Z3_INCLUDE_DIR z3++.h REQUIRED)
find_library(Z3_LIBRARY z3 REQUIRED)
add_library(bailey_z3 INTERFACE)
add_library(bailey::z3 ALIAS bailey_z3)
target_include_directories(bailey_z3 SYSTEM INTERFACE ${Z3_INCLUDE_DIR})
target_link_libraries(bailey_z3 INTERFACE ${Z3_LIBRARY})
