#include "mettle/protocols/v2/transport.hpp"

namespace mettle::protocols::v2 {

namespace {

class InferCheck final : public AnswerCheck {
public:
    InferCheck(std::shared_ptr<const Signature> signature, const Payload& payload)
        : signature_(std::move(signature)),
          rows_(payload.rows),
          expected_(payload.expected),
          tolerance_(payload.tolerance) {}

    std::optional<Flaw> judge(const Answer& answer) const override {
        const auto outputs = decode_answer(answer.body, answer.json_size);
        if (!outputs) return Flaw{load::Outcome::validation, outputs.error().message};
        if (auto flaw = form_error(*outputs, *signature_, rows_))
            return Flaw{load::Outcome::validation, std::move(*flaw)};
        if (!expected_) return {};
        if (auto flaw = value_error(*outputs, *expected_, tolerance_))
            return Flaw{load::Outcome::wrong_answer, std::move(*flaw)};
        return {};
    }

private:
    std::shared_ptr<const Signature> signature_;
    std::int64_t rows_;
    std::shared_ptr<const payload::Tensors> expected_;
    payload::Tolerance tolerance_;
};

}  // namespace

Result<std::unique_ptr<load::TransportFactory>> make_transports(InferLoad load) {
    const auto signature = std::make_shared<const Signature>(std::move(load.signature));
    const std::string path = infer_path(load.model, load.version);
    std::vector<std::vector<PreparedRequest>> requests;
    for (const std::vector<Payload>& payloads : load.tasks) {
        auto& task = requests.emplace_back();
        for (const Payload& payload : payloads) {
            http::ClientRequest request{"POST", path, payload.headers, payload.body};
            request.headers.insert(request.headers.end(), load.headers.begin(), load.headers.end());
            task.push_back({http::encode_request(load.url, request), false,
                            std::make_shared<InferCheck>(signature, payload)});
        }
    }
    return make_http_transports(load.url, std::move(requests), load.options);
}

}  // namespace mettle::protocols::v2
