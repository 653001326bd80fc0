#pragma once

// TF Serving's predict over REST, in its two forms. Row: {"instances": [...]}, where all tensors
// share their first dimension; columnar: {"inputs": ...}. Of a single input or output the name is
// left out.

#include "mettle/protocols/model_task.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace mettle::protocols::tfs {

enum class Format { row, columnar };

// Row where all inputs have a free first dimension.
Format natural_format(const Signature& signature);

// `signature_name` is left out where it is serving_default. BYTES go as {"b64": ...}.
// REQUIRES: Format::row: all inputs have the same number of rows
Result<v2::Payload> encode_request(const payload::Tensors& inputs, Format format,
                                   std::string_view signature_name);

// The outputs of either form, as `signature` types them. Its NaN, Infinity and -Infinity are said
// to be what they are, an answer that is not finite.
Result<payload::Tensors> decode_answer(std::string_view body, const Signature& signature);

struct PredictModel {
    std::string name;
    std::string version;  // Empty: the server's choice; "labels/NAME": a label.
    std::string signature_name;
    Signature signature;
};
std::shared_ptr<const ModelApi> make_api(PredictModel model, Format format);

}  // namespace mettle::protocols::tfs
