// Parts of report.json that flow.json has, too.

#ifndef BAILEY_COMMON_DOCUMENTS_REPORT_JSON_H_
#define BAILEY_COMMON_DOCUMENTS_REPORT_JSON_H_

#include "common/documents/enum_names.h"
#include "common/documents/report.h"
#include "common/json.h"
#include "common/json_text.h"

namespace bailey {

inline constexpr EnumNames<Confidence, 3> kConfidences{
    {{{Confidence::kProved, "proved"},
      {Confidence::kOverApproximated, "over-approximated"},
      {Confidence::kAssumed, "assumed"}}}};

Json WriteSite(const SourceSite& site);
void WriteSite(const SourceSite& site, JsonText& out);
Result<SourceSite> ReadSite(const JsonObject& object);

}  // namespace bailey

#endif  // BAILEY_COMMON_DOCUMENTS_REPORT_JSON_H_
