#pragma once

// Values as they go into a request: into paths, queries and headers, and into bodies.

#include "mettle/http/client.hpp"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>
#include <string_view>

namespace mettle::protocols::openapi {

// All but unreserved characters as %XX.
std::string percent_encode(std::string_view text);
void append_percent_encoded(std::string& to, std::string_view text);

// A scalar as text, without quotes; arrays with commas between; objects as JSON.
std::string plain_text(const nlohmann::json& value);

// "k=1&k=2" of a parameter: OpenAPI's styles form and deepObject. Empty for null and empty arrays.
std::string query_text(std::string_view name, const nlohmann::json& value, bool explode, bool deep);

// The body of an object in application/x-www-form-urlencoded; nested values as JSON.
std::string form_body(const nlohmann::json& object);

// The body of an object in multipart/form-data. `files` are the properties that are sent as files,
// with their media type or "": a tiny PNG where that or the name says image, else what the value
// holds. `content_type` becomes the header with the boundary.
std::string multipart_body(const nlohmann::json& object,
                           const std::map<std::string, std::string>& files,
                           std::string& content_type);

}  // namespace mettle::protocols::openapi
