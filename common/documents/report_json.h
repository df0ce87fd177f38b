// Parts of report.json that flow.json has, too.

#ifndef BAILEY_COMMON_DOCUMENTS_REPORT_JSON_H_
#define BAILEY_COMMON_DOCUMENTS_REPORT_JSON_H_

#include "common/documents/report.h"
#include "common/json.h"
#include "common/json_text.h"

namespace bailey {

Json WriteSite(const SourceSite& site);
void WriteSite(const SourceSite& site, JsonText& out);
Result<SourceSite> ReadSite(const JsonObject& object);

}  // namespace bailey

#endif  // BAILEY_COMMON_DOCUMENTS_REPORT_JSON_H_
