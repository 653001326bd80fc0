#include "mettle/protocols/model_payloads.hpp"

#include "mettle/protocols/tfs/predict.hpp"
#include "mettle/protocols/v2/transport.hpp"

#include <algorithm>

namespace mettle::protocols {

namespace {

// Enough that a cache in front of the model is not all that is measured; each takes its bytes.
constexpr std::uint64_t kPayloads = 32;
constexpr std::uint64_t kMostRowsOfData = 10'000;

}  // namespace

std::shared_ptr<const ModelApi> make_model_api(const Target& target, TensorForm form) {
    const v2::ModelMetadata& model = target.model;
    if (target.protocol == Protocol::v2)
        return v2::make_api(model.name, target.version,
                            form.binary ? v2::Encoding::binary : v2::Encoding::json);
    const auto format =
        form.columnar ? tfs::Format::columnar : tfs::natural_format(model.signature);
    return tfs::make_api({model.name, target.version, target.signature_name, model.signature},
                         format);
}

Result<MadePayloads> make_payloads(const ModelTask& task, payload::MakerOptions inputs,
                                   std::optional<std::uint64_t> count) {
    auto maker = payload::InputMaker::create(task.signature, std::move(inputs));
    if (!maker) return std::unexpected(maker.error());
    const auto whole = std::min(maker->whole_data().value_or(kPayloads), kMostRowsOfData);
    MadePayloads made{{}, count.value_or(whole)};
    std::size_t bytes = 0;
    while (made.payloads.size() < made.wanted) {
        const auto tensors = maker->make(made.payloads.size());
        if (!tensors) return std::unexpected(tensors.error());
        auto payload = task.api->encode(*tensors);
        if (!payload) return std::unexpected(payload.error());
        bytes += payload->body.size();
        if (!made.payloads.empty() && bytes > kMostPayloadBytes) break;
        made.payloads.push_back(std::move(*payload));
    }
    return made;
}

}  // namespace mettle::protocols
