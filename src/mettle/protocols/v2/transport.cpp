#include "mettle/protocols/v2/transport.hpp"

namespace mettle::protocols::v2 {

namespace {

class V2Api final : public ModelApi {
public:
    V2Api(std::string model, std::string version, Encoding encoding)
        : model_(std::move(model)), version_(std::move(version)), encoding_(encoding) {}

    std::string path() const override { return infer_path(model_, version_); }
    Result<Payload> encode(const payload::Tensors& inputs) const override {
        return encode_request(inputs, encoding_);
    }
    Result<payload::Tensors> decode(const Answer& answer) const override {
        return decode_answer(answer.body, answer.json_size);
    }

private:
    std::string model_;
    std::string version_;
    Encoding encoding_;
};

}  // namespace

std::shared_ptr<const ModelApi> make_api(std::string model, std::string version,
                                         Encoding encoding) {
    return std::make_shared<V2Api>(std::move(model), std::move(version), encoding);
}

Task make_task(const InferTask& what, const std::vector<Payload>& payloads) {
    ModelTask task{make_api(what.model, what.version, Encoding::json), what.signature, what.headers,
                   what.model};
    task.seed = what.seed;
    return make_model_task(task, payloads);
}

}  // namespace mettle::protocols::v2
