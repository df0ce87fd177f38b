# Machine code whose analysis is known, one pattern a function. It is linked into
# a shared library without the C library; it is never run.
# tests/analyzer/elf/elf_image_test.cc says what is expected of each.

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

# getpid()
function constant_number
        mov $39, %eax
        syscall
        ret
end constant_number

# read(int, void*, size_t) as a cancellation point spills it.
function spilled_parameters
        sub $0x28, %rsp
        mov %rdx, 0x18(%rsp)
        mov %rsi, 0x10(%rsp)
        mov %edi, 0x8(%rsp)
        call external_function@PLT
        mov 0x18(%rsp), %rdx
        mov 0x10(%rsp), %rsi
        mov 0x8(%rsp), %edi
        xor %eax, %eax
        syscall
        add $0x28, %rsp
        ret
end spilled_parameters

# The same, but the frame's address was given away, so the callee may have
# changed what was spilled.
function escaped_frame
        sub $0x28, %rsp
        mov %rdi, 0x8(%rsp)
        mov %rbx, 0x10(%rsp)
        mov %rsi, %rbx
        lea 0x18(%rsp), %rdi
        call external_function@PLT
        mov 0x8(%rsp), %rdi
        mov %rbx, %rsi
        xor %eax, %eax
        syscall
        add $0x28, %rsp
        ret
end escaped_frame

# Caller-saved registers do not survive a call.
function clobbered_by_call
        push %rbx
        mov $1, %eax
        call external_function@PLT
        syscall
        pop %rbx
        ret
end clobbered_by_call

# One of two numbers.
function two_numbers
        mov $60, %eax
        test %rdi, %rdi
        je 1f
        mov $231, %eax
1:      syscall
        ud2
end two_numbers

# More constants than are followed.
function many_numbers
        mov $1, %eax
        cmp $1, %edi
        je 1f
        mov $2, %eax
        cmp $2, %edi
        je 1f
        mov $3, %eax
        cmp $3, %edi
        je 1f
        mov $4, %eax
        cmp $4, %edi
        je 1f
        mov $5, %eax
1:      syscall
        ret
end many_numbers

# syscall(number, a, b, c, d, e, f)
function number_from_parameter
        mov %rdi, %rax
        mov %rsi, %rdi
        mov %rdx, %rsi
        mov %rcx, %rdx
        mov %r8, %r10
        mov %r9, %r8
        mov 8(%rsp), %r9
        syscall
        ret
end number_from_parameter

# Passes a constant number on: a wrapper of mprotect.
function passes_number
        sub $8, %rsp
        mov %rdx, %rcx
        mov %rsi, %rdx
        mov %rdi, %rsi
        mov $10, %edi
        call number_from_parameter@PLT
        add $8, %rsp
        ret
end passes_number

# The number comes from memory.
function number_from_memory
        mov variable(%rip), %rax
        mov (%rax), %eax
        syscall
        ret
end number_from_memory

function legacy_entry
        mov $20, %eax
        int $0x80
        ret
end legacy_entry

# kill(pid, 9), by a jump.
function tail_jump
        mov $9, %esi
        jmp tail_target
end tail_jump

        .type tail_target, @function
tail_target:
        .cfi_startproc
        mov $62, %eax
        syscall
        ret
        .cfi_endproc
        .size tail_target, . - tail_target

# A switch: the cases are only reached through the table. Case 1 falls into case
# 2, so 2 must not be taken to start with what case 1 left in rax alone.
function jump_table
        cmp $2, %edi
        ja 4f
        lea table(%rip), %rdx
        mov %edi, %edi
        movslq (%rdx,%rdi,4), %rax
        add %rdx, %rax
        jmp *%rax
1:      mov $57, %eax
        syscall
        ret
2:      mov $58, %eax
3:      syscall
        ret
4:      xor %eax, %eax
        ret
        .section .rodata
        .p2align 2
table:  .long 1b - table
        .long 2b - table
        .long 3b - table
        .text
end jump_table

function calls_pointer
        sub $8, %rsp
        call *%rdi
        add $8, %rsp
        ret
end calls_pointer

# Gives a function of its own away.
function takes_address
        lea callback(%rip), %rdi
        jmp external_function@PLT
end takes_address

        .type callback, @function
callback:
        .cfi_startproc
        mov $41, %eax
        syscall
        ret
        .cfi_endproc
        .size callback, . - callback

# In data only.
        .type in_data, @function
in_data:
        .cfi_startproc
        mov $101, %eax
        syscall
        ret
        .cfi_endproc
        .size in_data, . - in_data

# What follows a call that does not return is not run after it.
function after_no_return
        mov $102, %r9d
        test %rdi, %rdi
        jne 1f
        call never_returns
1:      mov %r9d, %eax
        syscall
        ret
end after_no_return

        .type never_returns, @function
never_returns:
        .cfi_startproc
        ud2
        .cfi_endproc
        .size never_returns, . - never_returns

# sign-extended: only the low half of the parameter is known.
function half_parameter
        movslq %edi, %rdi
        mov %esi, %esi
        mov $-100, %rdx
        mov $0xffffff9c, %r10d
        mov $257, %eax
        syscall
        ret
end half_parameter

# No symbol, no unwind entry; only called.
function calls_hidden
        jmp hidden_code
end calls_hidden
        .p2align 4
hidden_code:
        mov $110, %eax
        syscall
        ret

# An ifunc with two choices.
        .type choice_one, @function
choice_one:
        .cfi_startproc
        mov $96, %eax
        syscall
        ret
        .cfi_endproc
        .size choice_one, . - choice_one
        .type choice_two, @function
choice_two:
        .cfi_startproc
        mov $97, %eax
        syscall
        ret
        .cfi_endproc
        .size choice_two, . - choice_two
        .globl chosen
        .type chosen, @gnu_indirect_function
chosen:
        .cfi_startproc
        lea choice_one(%rip), %rax
        lea choice_two(%rip), %rdx
        test %edi, %edi
        cmove %rdx, %rax
        ret
        .cfi_endproc
        .size chosen, . - chosen

function calls_choice
        sub $8, %rsp
        call chosen@PLT
        add $8, %rsp
        ret
end calls_choice

# Another name for the same code.
        .globl alias_of_constant
        .set alias_of_constant, constant_number
        .type alias_of_constant, @function

        .section .data.rel.ro, "aw"
        .p2align 3
        .quad in_data
        .section .init_array, "aw"
        .quad callback

        .data
variable: .quad 0
        .section .note.GNU-stack, "", @progbits
