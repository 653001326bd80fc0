#pragma once

#include <string_view>

namespace mettle {

std::string_view version();  // "0.1.0"
std::string_view
git_commit();  // "3f2a91c004", with "-dirty" where files had changed; may be empty.

}  // namespace mettle
