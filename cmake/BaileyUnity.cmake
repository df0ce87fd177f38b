# Builds that many files at once (CMAKE_UNITY_BUILD: the g++ and the sanitizer
# presets, which are built whole each time) need these to stand alone: what they
# name for themselves, another file of the target names too, or a header that
# another file includes makes macros of their words. The dev preset compiles
# every file by itself, and so shows what a file forgets to include.

# bailey_stands_alone(TARGET FILES...): paths from the root of the tree.
function(bailey_stands_alone target)
  if(NOT TARGET ${target})
    return()
  endif()
  list(TRANSFORM ARGN PREPEND "${BAILEY_ROOT}/")
  set_source_files_properties(${ARGN} TARGET_DIRECTORY ${target}
                              PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

bailey_stands_alone(bailey_analyzer analyzer/report/analyze.cc analyzer/report/loading_functions.cc)
bailey_stands_alone(bailey_analyzer_elf analyzer/elf/disassembler.cc analyzer/elf/elf_file.cc)
bailey_stands_alone(bailey_executor_agent executor/audit/process_scanner.cc)
bailey_stands_alone(bailey_policy_language policy-compiler/language/condition_check.cc)
bailey_stands_alone(bailey-analyze cli/analyze/rewrite.cc)
bailey_stands_alone(bailey-policy cli/policy/import.cc)
bailey_stands_alone(analyzer_report_test tests/analyzer/report/expectations_test.cc)
bailey_stands_alone(bpf_test tests/common/bpf/kernel_test.cc)
bailey_stands_alone(executor_agent_test tests/executor/agent/learner_test.cc)
bailey_stands_alone(executor_cgroup_test tests/executor/cgroup/limit_files_test.cc)
bailey_stands_alone(policy_infer_test tests/policy-compiler/infer/capability_condition_test.cc)
bailey_stands_alone(policy_plan_test tests/policy-compiler/plan/program_plan_test.cc)

# In these, so many files have a name for themselves that another has, too, that
# nothing is put together.
foreach(target bailey_policy_formats bailey_policy_lift bailey_policy_seccomp
        policy_formats_test)
  if(TARGET ${target})
    set_target_properties(${target} PROPERTIES UNITY_BUILD OFF)
  endif()
endforeach()
