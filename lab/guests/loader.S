# Start code of a repacked kernel: unpacks an LZ4 payload to the kernel's address and jumps there.
# Debian's generic kernel is packed with XZ, whose unpacking costs an emulated processor more than the
# rest of the boot. repack.sh puts this code and the same kernel, packed with LZ4, behind the kernel's
# own real-mode setup code. Entered in 32-bit protected mode, esi = boot parameters, flat segments.

        .set HOME, 0x6000000            # this code and the payload move here, above the unpacked kernel
        .set KERNEL, 0x1000000          # where a kernel without address randomisation lives, and its entry

        .code32
        .globl start
start:  cli
        cld
        lea     0x1ec(%esi), %esp       # four scratch bytes in the boot parameters serve as the stack
        call    1f
1:      pop     %ebp
        sub     $(1b - start), %ebp
        mov     %esi, %ebx
        mov     %ebp, %esi
        mov     $HOME, %edi
        mov     $((end - start + 3) / 4), %ecx
        rep movsl
        mov     $(HOME + high - start), %eax
        jmp     *%eax

high:   # Identity-map four gigabytes with pages of 2 MiB: one PML4, one PDPT, four directories.
        mov     $(HOME + tables - start), %edi
        lea     0x1003(%edi), %eax
        mov     %eax, (%edi)
        lea     0x2003(%edi), %eax
        mov     $4, %ecx
        lea     0x1000(%edi), %edx
1:      mov     %eax, (%edx)
        add     $8, %edx
        add     $0x1000, %eax
        loop    1b
        lea     0x2000(%edi), %edx
        mov     $0x83, %eax
        mov     $2048, %ecx
1:      mov     %eax, (%edx)
        add     $8, %edx
        add     $0x200000, %eax
        loop    1b

        lgdt    HOME + gdt_pointer - start
        mov     %cr4, %eax
        or      $0x20, %eax             # PAE
        mov     %eax, %cr4
        mov     %edi, %cr3
        mov     $0xc0000080, %ecx       # EFER
        rdmsr
        or      $0x100, %eax            # long mode
        wrmsr
        mov     %cr0, %eax
        or      $0x80000000, %eax       # paging
        mov     %eax, %cr0
        ljmp    $0x10, $(HOME + long - start)

        .code64
long:   mov     $0x18, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        mov     $(HOME + payload - start + 4), %esi     # behind the magic number
        mov     $(HOME + end - start), %r9d
        mov     $KERNEL, %edi

block:  cmp     %r9, %rsi
        jae     done
        lodsl                           # packed size of this block
        lea     (%rsi,%rax), %r10
sequence:
        movzbl  (%rsi), %edx            # token: literals in the high half, match length in the low half
        inc     %rsi
        mov     %edx, %ecx
        shr     $4, %ecx
        cmp     $15, %ecx
        jne     2f
1:      movzbl  (%rsi), %eax
        inc     %rsi
        add     %eax, %ecx
        cmp     $255, %eax
        je      1b
2:      # Literals, eight bytes at a time; what is written too far is overwritten by what follows.
        lea     (%rdi,%rcx), %r11
        lea     (%rsi,%rcx), %r12
3:      cmp     %r11, %rdi
        jae     4f
        movsq
        jmp     3b
4:      mov     %r11, %rdi
        mov     %r12, %rsi
        cmp     %r10, %rsi
        jae     block

        movzwl  (%rsi), %r8d            # distance of the match
        add     $2, %rsi
        and     $15, %edx
        cmp     $15, %edx
        jne     6f
5:      movzbl  (%rsi), %eax
        inc     %rsi
        add     %eax, %edx
        cmp     $255, %eax
        je      5b
6:      mov     %rsi, %r12
        lea     4(%rdi,%rdx), %r11
        mov     %rdi, %rsi
        sub     %r8, %rsi
        cmp     $8, %r8
        jb      8f
7:      movsq                           # source and target are far enough apart
        cmp     %r11, %rdi
        jb      7b
        jmp     9f
8:      movsb
        cmp     %r11, %rdi
        jb      8b
9:      mov     %r11, %rdi
        mov     %r12, %rsi
        jmp     sequence

done:   mov     %ebx, %esi
        mov     $KERNEL, %eax
        jmp     *%rax

        .balign 8
gdt:    .quad   0, 0
        .quad   0x00af9a000000ffff      # 0x10: 64-bit code
        .quad   0x00cf92000000ffff      # 0x18: data
gdt_pointer:
        .word   . - gdt - 1
        .long   HOME + gdt - start

        .balign 4096
tables: .skip   6 * 4096
payload:
        .incbin "payload.lz4"
        .balign 4
end:
