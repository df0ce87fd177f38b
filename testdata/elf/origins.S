# Calls through pointers whose origin is known, and some that only look so. It is
# linked into a shared library without the C library; it is never run.
# tests/analyzer/elf/value_origin_test.cc says what is expected of each.

        .macro function name
        .globl \name
        .type \name, @function
        .p2align 4
\name:
        .cfi_startproc
        .endm
        .macro end name
        .cfi_endproc
        .size \name, . - \name
        .endm

        .text

# qsort's way: the caller's pointer, kept over a call.
function from_parameter
        push %rbx
        mov %rsi, %rbx
        call external_function@PLT
        call *%rbx
        pop %rbx
        ret
end from_parameter

# On one path the parameter is replaced by something unknown.
function overwritten_on_one_path
        test %edi, %edi
        je 1f
        imul %rdi, %rsi
1:      jmp *%rsi
end overwritten_on_one_path

# On one path it is replaced by a function of this file.
function parameter_or_own
        test %rsi, %rsi
        jne 1f
        lea callback(%rip), %rsi
1:      jmp *%rsi
end parameter_or_own

# Calls clobber the register that the parameter came in.
function clobbered_parameter
        sub $8, %rsp
        call external_function@PLT
        call *%rsi
        add $8, %rsp
        ret
end clobbered_parameter

function from_parameter_field
        jmp *0x18(%rdi)
end from_parameter_field

function from_word
        mov hook(%rip), %rax
        jmp *%rax
end from_word

function from_symbol_word
        mov imported_data@GOTPCREL(%rip), %rax
        jmp *0x2d0(%rax)
end from_symbol_word

function from_table
        lea table(%rip), %rax
        mov %edi, %edi
        call *(%rax,%rdi,8)
        ret
end from_table

function from_field
        mov (%rdi), %rax
        mov 8(%rax), %rax
        jmp *0x40(%rax)
end from_field

function from_return
        sub $8, %rsp
        call external_function@PLT
        call *%rax
        add $8, %rsp
        ret
end from_return

function from_arithmetic
        mov (%rdi), %rax
        add 8(%rdi), %rax
        jmp *%rax
end from_arithmetic

# --- The pointer guard

function demangled
        mov handler(%rip), %rax
        ror $0x11, %rax
        xor %fs:0x30, %rax
        jmp *%rax
end demangled

# Another word of the thread's block.
function wrong_guard
        mov handler(%rip), %rax
        ror $0x11, %rax
        xor %fs:0x28, %rax
        jmp *%rax
end wrong_guard

# Another rotation.
function wrong_rotation
        mov handler(%rip), %rax
        ror $0x10, %rax
        xor %fs:0x30, %rax
        jmp *%rax
end wrong_rotation

# Only half of it.
function half_demangled
        mov handler(%rip), %rax
        ror $0x11, %rax
        jmp *%rax
end half_demangled

function mangles
        lea callback(%rip), %rax
        xor %fs:0x30, %rax
        rol $0x11, %rax
        mov %rax, handler(%rip)
        ret
end mangles

# --- The check of vtables

function checked_vtable
        push %rbx
        mov 0xd8(%rdi), %rbx
        lea vtables(%rip), %rdx
        lea vtables_end(%rip), %rax
        sub %rdx, %rax
        mov %rbx, %rcx
        sub %rdx, %rcx
        cmp %rax, %rcx
        jae 2f
1:      xor %edx, %edx
        call *0x38(%rbx)
        pop %rbx
        ret
2:      call check
        jmp 1b
end checked_vtable

# The branch is the wrong way round.
function inverted_check
        push %rbx
        mov 0xd8(%rdi), %rbx
        lea vtables(%rip), %rdx
        mov %rbx, %rcx
        sub %rdx, %rcx
        cmp $0x20, %rcx
        jb 2f
1:      call *0x38(%rbx)
        pop %rbx
        ret
2:      pop %rbx
        ret
end inverted_check

# What is called on the other branch is no check.
function unchecked_elsewhere
        push %rbx
        mov 0xd8(%rdi), %rbx
        lea vtables(%rip), %rdx
        mov %rbx, %rcx
        sub %rdx, %rcx
        cmp $0x20, %rcx
        jae 2f
1:      call *0x38(%rbx)
        pop %rbx
        ret
2:      call callback
        jmp 1b
end unchecked_elsewhere

# The pointer is loaded once more after it was checked.
function loaded_again
        push %rbp
        push %rbx
        mov %rdi, %rbp
        mov 0xd8(%rdi), %rbx
        lea vtables(%rip), %rdx
        mov %rbx, %rcx
        sub %rdx, %rcx
        cmp $0x20, %rcx
        jae 2f
1:      mov 0xd8(%rbp), %rbx
        call *0x38(%rbx)
2:      pop %rbx
        pop %rbp
        ret
end loaded_again

# The flags are changed between the comparison and the branch.
function other_flags
        push %rbx
        mov 0xd8(%rdi), %rbx
        lea vtables(%rip), %rdx
        mov %rbx, %rcx
        sub %rdx, %rcx
        cmp $0x20, %rcx
        add $1, %rsi
        jae 2f
        call *0x38(%rbx)
2:      pop %rbx
        ret
end other_flags

# The section could be written to.
function writable_vtables
        push %rbx
        mov 0xd8(%rdi), %rbx
        lea hook(%rip), %rdx
        mov %rbx, %rcx
        sub %rdx, %rcx
        cmp $0x10, %rcx
        jae 2f
        call *0x38(%rbx)
2:      pop %rbx
        ret
end writable_vtables

# --- Stores and data

function stores_to_word
        lea callback(%rip), %rax
        mov %rax, hook(%rip)
        mov %rdi, hook(%rip)
        ret
end stores_to_word

function stores_vector_to_word
        movups %xmm0, hook(%rip)
        ret
end stores_vector_to_word

function stores_through_pointer
        lea callback(%rip), %rax
        mov %rax, 0x10(%rdi)
        ret
end stores_through_pointer

function passes_address
        lea callback(%rip), %rdi
        lea hook(%rip), %rsi
        mov imported_data@GOTPCREL(%rip), %rdx
        call external_function@PLT
        ret
end passes_address

# Of the object that is addressed, only one word is read.
function reads_one_word
        lea hook(%rip), %rax
        mov 8(%rax), %rax
        ret
end reads_one_word

# The address is kept in a register over a call, then given away.
function leaks_late
        push %rbx
        lea hook(%rip), %rbx
        call external_function@PLT
        mov %rbx, (%rax)
        pop %rbx
        ret
end leaks_late

# On one way the address is known, on the other it is another one.
function leaks_at_a_join
        lea hook(%rip), %rax
        test %edi, %edi
        je 1f
        imul %rdi, %rax
1:      ret
end leaks_at_a_join

        .type callback, @function
        .p2align 4
callback:
        .cfi_startproc
        ret
        .cfi_endproc
        .size callback, . - callback

# As glibc's _IO_vtable_check.
        .type check, @function
        .p2align 4
check:
        .cfi_startproc
        lea check(%rip), %rdi
        mov handler(%rip), %rax
        ror $0x11, %rax
        xor %fs:0x30, %rax
        cmp %rdi, %rax
        jne 1f
        ret
1:      ud2
        .cfi_endproc
        .size check, . - check

        .section .data.rel.ro, "aw"
        .p2align 3
vtables:
        .quad callback, callback, callback, callback
vtables_end:
table:  .quad callback, callback

        .data
        .p2align 3
hook:   .quad callback, 0
handler: .quad 0
        .section .note.GNU-stack, "", @progbits
