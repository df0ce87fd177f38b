// What the C library may load to convert between character sets: the modules
// that gconv's configuration names (iconvconfig(8)), and whether an installed
// locale needs one.
//
//   ASSIGN_OR_RETURN(CharacterSets sets, ReadCharacterSets());
//   for (const std::string& path : sets.modules) …
//
// GCONV_PATH and LOCPATH are not followed: they belong to a run, not to a
// machine. A locale itself is data, never code.

#ifndef BAILEY_ANALYZER_ELF_CHARACTER_SETS_H_
#define BAILEY_ANALYZER_ELF_CHARACTER_SETS_H_

#include <string>
#include <vector>

#include "common/result.h"

namespace bailey::analyzer {

struct CharacterSets {
  std::vector<std::string> read;     // The files of the configuration.
  std::vector<std::string> modules;  // Paths that exist, sorted.
};

// Reads gconv-modules and gconv-modules.d/*.conf. Without them there are no
// modules.
Result<CharacterSets> ReadCharacterSets(
    const std::string& directory = "/usr/lib/x86_64-linux-gnu/gconv");

struct InstalledLocales {
  std::vector<std::string> read;
  // Those whose character set is not UTF-8 or ASCII, which the C library has
  // built in. Sorted.
  std::vector<std::string> needing_modules;
};

// The locales in a folder, whether each has a folder there or all are in
// `locale-archive`. An archive that cannot be read counts as one of any locale.
InstalledLocales FindLocales(const std::string& directory = "/usr/lib/locale");

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_CHARACTER_SETS_H_
