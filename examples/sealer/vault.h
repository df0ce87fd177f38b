// What holds the key: the boundary. Nothing else of the program sees it.
#ifndef SEALER_VAULT_H_
#define SEALER_VAULT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vault {

// Reads the key, 32 bytes, and keeps it. Throws std::system_error if the file
// cannot be read, std::runtime_error if it is no key.
void open(const std::string& path);

// The seal of a record, 64 hexadecimal digits. Throws std::invalid_argument if
// the subject is empty, std::runtime_error before open().
std::string seal(const std::string& subject, std::string_view body);

// Whether `seal` is the record's; nothing if it is no seal at all.
std::optional<bool> check(const std::string& subject, std::string_view body,
                          std::string_view seal);

// A seal over the amounts of a ledger, folded to a number.
std::uint64_t total(const std::vector<std::uint64_t>& amounts);

// Puts the seal behind the text, with a space between.
void append_seal(std::string& text);

// Forgets the key.
void close() noexcept;

}  // namespace vault

#endif  // SEALER_VAULT_H_
