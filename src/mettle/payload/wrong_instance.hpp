#pragma once

// Values that a JSON Schema does not allow, for requests that a service has to refuse.

#include "mettle/payload/json_instance.hpp"

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <string>

namespace mettle::payload {

// A valid instance with one mistake, of each kind in turn: something missing, a wrong type, out of
// bounds. `how` is set to what is wrong with it, as schema_flaw() says it. The types are wrong
// beyond what lenient services convert: "not a number", never "3". Errors: those of
// make_instance(), and not_found where the schema allows whatever was tried.
Result<nlohmann::json> make_wrong_instance(const JsonSchema& schema, const InstanceOptions& options,
                                           std::string& how);

}  // namespace mettle::payload
