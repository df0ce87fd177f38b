# One function a kind of target, so that each component's list of sources is all
# that its CMakeLists.txt has to say.
# The tree may be built as a part of another: paths start from here.
get_filename_component(BAILEY_ROOT "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
# bailey_library(NAME SOURCES ... [LINKS ...]): a static library bailey_NAME with
# the alias bailey::NAME. Includes are written from the root of the tree.
function(bailey_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(bailey_${name} STATIC ${ARG_SOURCES})
  add_library(bailey::${name} ALIAS bailey_${name})
  target_include_directories(bailey_${name} PUBLIC "${BAILEY_ROOT}"
                                                   "${CMAKE_BINARY_DIR}/generated")
  target_link_libraries(bailey_${name} PUBLIC ${ARG_LINKS} PRIVATE ${ARG_PRIVATE_LINKS})
endfunction()

# bailey_precompile(TARGET HEADERS...): parses heavy headers once for the target.
# Every file still includes what it uses.
function(bailey_precompile target)
  target_precompile_headers(${target} PRIVATE ${ARGN})
  # Without the time stamp equal inputs give equal files, which ccache needs.
  target_compile_options(${target} PRIVATE
    $<$<COMPILE_LANG_AND_ID:CXX,Clang>:SHELL:-Xclang -fno-pch-timestamp>)
endfunction()

# bailey_test(NAME SOURCES ... [LINKS ...]): a GoogleTest program whose cases are
# registered with ctest one by one. Its files mirror the path of what they test.
# SERIAL: while one of its cases runs no other test does.
function(bailey_test name)
  cmake_parse_arguments(ARG "SERIAL" "" "SOURCES;LINKS" ${ARGN})
  set(serial FALSE)
  if(ARG_SERIAL)
    set(serial TRUE)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE "${BAILEY_ROOT}")
  target_compile_definitions(${name} PRIVATE
    BAILEY_TESTDATA="${BAILEY_ROOT}/testdata"
    BAILEY_SOURCE_ROOT="${BAILEY_ROOT}"
    BAILEY_BINARY_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
  target_link_libraries(${name} PRIVATE ${ARG_LINKS} GTest::gmock GTest::gtest_main)
  list(LENGTH ARG_SOURCES count)
  if(count GREATER 3)
    bailey_precompile(${name} <gmock/gmock.h> <gtest/gtest.h>)
  endif()
  gtest_discover_tests(${name} TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60
                       PROPERTIES TIMEOUT 300 RUN_SERIAL ${serial})
endfunction()

# bailey_fuzzer(NAME SOURCE [LINKS ...]): a libFuzzer target.
function(bailey_fuzzer name source)
  cmake_parse_arguments(ARG "" "" "LINKS" ${ARGN})
  add_executable(${name} ${source})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS})
  target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
endfunction()
