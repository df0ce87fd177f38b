// A systemd unit file's settings, in order, as systemd reads the file.
//
//   std::vector<UnitSetting> settings;
//   ReadUnit(text, "Service", settings, diagnostics);
//   settings[0].key  // "SystemCallFilter"
//
// Lines that end with a backslash go on in the next one; comments (`#`, `;`)
// stand alone on their lines, between such lines too. Other sections are passed
// over. Every error is reported; systemd itself warns and goes on.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_SYSTEMD_UNIT_H_
#define BAILEY_POLICY_COMPILER_FORMATS_SYSTEMD_UNIT_H_

#include <string>
#include <string_view>
#include <vector>

#include "common/diagnostics.h"

namespace bailey::policy {

// A word of a value, and where it stands.
struct UnitWord {
  std::string text;
  SourceSpan span;
};

struct UnitSetting {
  std::string key;
  std::vector<UnitWord> words;  // of the value; none: it resets the setting
  SourceSpan span;              // the key's
  const SourceText* file = nullptr;
};

// `text` must outlive the settings.
void ReadUnit(const SourceText& text, std::string_view section,
              std::vector<UnitSetting>& settings, Diagnostics& diagnostics);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_SYSTEMD_UNIT_H_
