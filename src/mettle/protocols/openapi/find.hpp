#pragma once

#include "mettle/protocols/openapi/document.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mettle::protocols::openapi {

// Where a service may have its document: at /openapi.json, and below the path of its URL.
std::vector<std::string> document_paths(std::string_view target);

// parse_document() of what was found at `path`. One that says nothing of a base path has that of
// where it was.
Result<Document> parse_fetched(std::string_view body, std::string_view path);

}  // namespace mettle::protocols::openapi
