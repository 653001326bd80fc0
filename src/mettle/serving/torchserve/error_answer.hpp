#pragma once

#include "mettle/app/app.hpp"
#include "mettle/base/result.hpp"
#include "mettle/inference/repository.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace mettle::torchserve {

// TorchServe's form of an error: {"code": 404, "type": "ModelNotFoundException", "message": "..."}.
// Without a type, it is that of the status.
std::string error_body(int status, std::string_view message);
std::string error_body(int status, std::string_view type, std::string_view message);

void answer_refusal(http::Response& response, const Error& error, int retry_after_ms = 0);
void refuse(app::Context& context, int status, std::string_view message);
void refuse(app::Context& context, const Error& error);

// The model that a path's first two segments name, with TorchServe's "1.0" for version 1; or null,
// once the client has been told.
std::shared_ptr<ServedModel> find_model(const ModelRepository& repository, app::Context& context);
// A version as its own versions are called: "1" for "1.0".
std::string_view plain_version(std::string_view version);

}  // namespace mettle::torchserve
