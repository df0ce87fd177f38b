// The table of library functions, from the Linux manual pages (sections 2 and
// 3), ISO C and, of what glibc has from there, OpenBSD's manual pages; of
// libsodium its documentation.
//
// A row's words: `r0:2` argument 0 is read, as many bytes as argument 2 says;
// `w0=16` 16 bytes are written; `b0:1*2` both, the product of arguments 1 and
// 2; `s0` a text is read up to its NUL; `>0` the result points into it; `f1` a
// format. `u` after a length: it may be larger than the object is. `!` at the
// end: in every call, and all of it.
#include "analyzer/flow/library_extents.h"

#include <string>

#include "analyzer/flow/effect_table.h"
#include "common/check.h"

namespace bailey::analyzer {
namespace {

constexpr EffectRow kExtentRows[] = {
    {"w0:2! r1:2! >0", "memcpy memmove mempcpy"},
    {"w0:2! >0", "memset"},
    {"w0:1!", "bzero explicit_bzero"},
    {"w1:2! r0:2!", "bcopy"},
    {"r0:2u r1:2u",
     "memcmp bcmp timingsafe_bcmp timingsafe_memcmp strncmp strncasecmp"},
    {"r0:2u >0", "memchr memrchr"},
    {"r0:1u", "strnlen strndup"},
    {"w0:2u! r1:2u >0", "strncpy"},
    {"w0:2u s1", "strlcpy"},
    {"b0:2u s1", "strlcat"},
    {"s1", "strcpy strcat stpcpy"},
    {"w0:1u f2", "snprintf"},
    {"w0:1u s2", "vsnprintf"},
    {"s0!", "strlen strdup puts"},
    {"s0", "atoi atol atoll atof perror"},
    {"s0 s1", "strspn strcspn strcoll"},
    // Of a text as far as the two are equal: to its NUL at most.
    {"s0 s1", "strcmp strcasecmp rename link symlink setenv"},
    {"s0 >0", "strchr strrchr strchrnul index rindex"},
    {"s0 s1 >0", "strstr strcasestr strpbrk"},
    {"s0",
     "fputs open open64 creat unlink rmdir mkdir mkfifo access chdir chroot "
     "chmod chown lchown truncate opendir remove getenv secure_getenv system "
     "unsetenv __open_2 __open64_2"},
    {"s0 s1", "fopen fopen64"},
    {"s1",
     "openat openat64 unlinkat mkdirat faccessat fdopen __openat_2 "
     "__openat64_2"},
    {"s0 w1:2", "readlink"},
    // A number of bytes that the kernel does not have is an error...
    {"w1:2", "read pread pread64"},
    {"r1:2", "write pwrite pwrite64"},
    {"w0:1", "getentropy"},
    // ... but not to these (seen on Linux 6.18).
    {"w1:2u", "recv"},
    {"r1:2u", "send"},
    {"w0:1u", "getrandom arc4random_buf gethostname"},
    {"w0:1*2", "fread fread_unlocked"},
    {"r0:1*2", "fwrite fwrite_unlocked"},
    {"w0:1 >0", "fgets fgets_unlocked"},
    // With the object's size beside, as _FORTIFY_SOURCE has them.
    {"w0:2! r1:2! >0", "__memcpy_chk __memmove_chk __mempcpy_chk"},
    {"w0:2! >0", "__memset_chk"},
    {"w0:2u! r1:2u >0", "__strncpy_chk"},
    {"w0:2u s1", "__strlcpy_chk"},
    {"b0:2u s1", "__strlcat_chk"},
    {"s1", "__strcpy_chk __strcat_chk __stpcpy_chk"},
    {"w0:1u f4", "__snprintf_chk"},
    {"w0:1u s4", "__vsnprintf_chk"},
    {"w1:2", "__read_chk __pread_chk"},
    {"w1:2u", "__recv_chk"},
    {"w0:2*3", "__fread_chk"},
    {"w0:2 >0", "__fgets_chk"},
    {"f1", "__printf_chk"},
    {"f2", "__fprintf_chk __dprintf_chk __syslog_chk"},
    {"f0", "printf warn warnx"},
    {"f1", "fprintf dprintf syslog err errx"},
    {"s0", "vprintf vwarn vwarnx"},
    {"s1", "vfprintf vsyslog verr verrx"},
    // libsodium.
    {"r0:2 r1:2", "sodium_memcmp sodium_compare"},
    {"w0:1!", "sodium_memzero randombytes_buf"},
    {"r0:1", "sodium_is_zero"},
    {"w0=32! r1:2!", "crypto_hash_sha256"},
    {"w0=64! r1:2!", "crypto_hash_sha512 crypto_hash"},
    {"r1:2!",
     "crypto_sign_update crypto_hash_sha256_update crypto_hash_sha512_update "
     "crypto_generichash_update crypto_auth_hmacsha256_update "
     "crypto_auth_hmacsha512_update"},
    {"w1:2", "crypto_generichash_final"},
    {"w0:1 r2:3 r4:5", "crypto_generichash"},
    {"w0=64 w1=8 r2:3! r4=64!", "crypto_sign_detached"},
    {"r0=64 r1:2 r3=32", "crypto_sign_verify_detached"},
    {"w1=64 w2=8 r3=64!", "crypto_sign_final_create"},
    {"r1=64 r2=32", "crypto_sign_final_verify"},
    {"w0=32! w1=64!", "crypto_sign_keypair"},
    {"w0=32! w1=64! r2=32!", "crypto_sign_seed_keypair"},
    {"w0=32! r1=64",
     "crypto_sign_ed25519_sk_to_pk crypto_sign_ed25519_sk_to_seed"},
    {"w0=32! r1:2! r3=32!",
     "crypto_auth crypto_auth_hmacsha256 crypto_auth_hmacsha512256"},
    {"r0=32! r1:2! r3=32!",
     "crypto_auth_verify crypto_auth_hmacsha256_verify "
     "crypto_auth_hmacsha512256_verify"},
};

int DigitOf(std::string_view word, size_t at) {
  CHECK(at < word.size() && word[at] >= '0' && word[at] <= '9');
  return word[at] - '0';
}

void ReadLength(std::string_view word, LibraryReach& reach) {
  CHECK(word.size() > 1);
  if (word[0] == '=') {
    for (const char digit : word.substr(1))
      reach.bytes = reach.bytes * 10 + static_cast<uint64_t>(digit - '0');
    return;
  }
  reach.length = DigitOf(word, 1);
  reach.kind = LibraryLength::kArgument;
  reach.may_be_huge = word.ends_with('u');
  if (word.size() > 2 && word[2] == '*') {
    reach.kind = LibraryLength::kProduct;
    reach.times = DigitOf(word, 3);
  }
}

LibraryReach ReadReach(std::string_view word) {
  LibraryReach reach;
  reach.argument = DigitOf(word, 1);
  reach.reads = word[0] != 'w';
  reach.writes = word[0] == 'w' || word[0] == 'b';
  if (word.ends_with('!')) {
    reach.is_certain = true;
    word.remove_suffix(1);
  }
  if (word[0] == 's')
    reach.kind = LibraryLength::kText;
  else
    ReadLength(word.substr(2), reach);
  return reach;
}

LibraryExtent ReadExtent(const std::vector<std::string>& words) {
  LibraryExtent extent;
  for (const std::string& word : words) {
    if (word[0] == '>') {
      extent.returned = DigitOf(word, 1);
      continue;
    }
    if (word[0] == 'f') extent.format = DigitOf(word, 1);
    extent.reaches.push_back(
        ReadReach(word[0] == 'f' ? "s" + word.substr(1) : word));
  }
  return extent;
}

}  // namespace

const LibraryExtent* LibraryExtentOf(std::string_view function) {
  static const auto* const kExtents =
      new auto(ReadEffectTable<LibraryExtent>(kExtentRows, ReadExtent));
  const auto found = kExtents->find(function);
  return found == kExtents->end() ? nullptr : &found->second;
}

// With a precision a text may end without NUL, and `%1$s` counts otherwise:
// what is not understood ends the list.
std::vector<int> TextsOfFormat(std::string_view format) {
  constexpr std::string_view kModifiers = "-+ #0123456789hlqjzt";
  constexpr std::string_view kNumbers = "diouxXeEfFgGaAc";
  std::vector<int> texts;
  int next = 0;
  for (size_t at = 0; at < format.size(); ++at) {
    if (format[at] != '%') continue;
    const size_t end = format.find_first_not_of(kModifiers, at + 1);
    if (end == std::string_view::npos) break;
    const std::string_view modifiers = format.substr(at + 1, end - at - 1);
    at = end;
    if (format[end] == '%' || format[end] == 'm') continue;
    if (format[end] == 's' && !modifiers.contains('l'))
      texts.push_back(next);
    else if (!kNumbers.contains(format[end]))
      break;
    ++next;
  }
  return texts;
}

}  // namespace bailey::analyzer
