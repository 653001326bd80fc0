#pragma once

#include "mettle/tensor/signature.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mettle::protocols::tfs {

struct ModelVersion {
    std::string version;
    std::string state;  // START, LOADING, AVAILABLE, UNLOADING, END
};

struct ModelMetadata {
    std::string name;
    std::string version;
    std::string signature_name;  // "serving_default", or the only one.
    Signature signature;
};

// From the bodies of GET /v1/models/NAME and GET /v1/models/NAME/metadata. Fail when they have not
// TF Serving's own fields (model_version_status; model_spec and metadata.signature_def).
Result<std::vector<ModelVersion>> parse_status(std::string_view body);
// `signature_name` may be empty: serving_default, else the only one that predicts; the error lists
// them where there are several.
Result<ModelMetadata> parse_metadata(std::string_view body, std::string_view signature_name = {});

// "/v1/models/digits", "/v1/models/digits/versions/2"; a version of "labels/NAME" is a label.
std::string model_path(std::string_view model, std::string_view version);

}  // namespace mettle::protocols::tfs
