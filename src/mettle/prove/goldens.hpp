#pragma once

// Right answers that come with a model: `samples.json` beside it,
// {"samples":[{"inputs":{NAME:values},"outputs":{NAME:values},"atol":1e-5}]}, values nested as
// their shape. Outputs that a sample does not name are not compared.

#include "mettle/base/result.hpp"
#include "mettle/payload/compare.hpp"
#include "mettle/payload/tensors.hpp"
#include "mettle/tensor/signature.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::prove {

struct Golden {
    payload::Tensors inputs;  // In the order of the signature.
    std::shared_ptr<const payload::Tensors> outputs;
    payload::Tolerance tolerance;
};

// Where the samples of a model are: beside the file, in the folder, or in the folder of that name
// below it. Nothing when there are none.
std::optional<std::filesystem::path> find_samples(const std::filesystem::path& model,
                                                  const std::string& name);

// Errors name the sample and the tensor: "samples.json: sample 3: input pixels: …".
Result<std::vector<Golden>> parse_samples(std::string_view text, const Signature& signature);
Result<std::vector<Golden>> read_samples(const std::filesystem::path& file,
                                         const Signature& signature);

}  // namespace mettle::prove
