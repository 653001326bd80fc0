#include "mettle/protocols/model_task.hpp"

namespace mettle::protocols {

namespace {

class ModelCheck final : public AnswerCheck {
public:
    ModelCheck(std::shared_ptr<const ModelApi> api, std::shared_ptr<const Signature> signature,
               const v2::Payload& payload)
        : api_(std::move(api)),
          signature_(std::move(signature)),
          rows_(payload.rows),
          expected_(payload.expected),
          tolerance_(payload.tolerance) {}

    std::optional<Flaw> judge(const Answer& answer) const override {
        const auto outputs = api_->decode(answer);
        if (!outputs) return Flaw{load::Outcome::validation, outputs.error().message};
        if (auto flaw = v2::form_error(*outputs, *signature_, rows_))
            return Flaw{load::Outcome::validation, std::move(*flaw)};
        if (!expected_) return {};
        if (auto flaw = v2::value_error(*outputs, *expected_, tolerance_))
            return Flaw{load::Outcome::wrong_answer, std::move(*flaw)};
        return {};
    }

private:
    std::shared_ptr<const ModelApi> api_;
    std::shared_ptr<const Signature> signature_;
    std::int64_t rows_;
    std::shared_ptr<const payload::Tensors> expected_;
    payload::Tolerance tolerance_;
};

}  // namespace

http::ClientRequest model_request(const ModelTask& what, const v2::Payload& payload) {
    http::ClientRequest request{"POST", what.api->path(), payload.headers, payload.body};
    request.headers.insert(request.headers.end(), what.headers.begin(), what.headers.end());
    return request;
}

Task make_model_task(const ModelTask& what, const std::vector<v2::Payload>& payloads) {
    const auto signature = std::make_shared<const Signature>(what.signature);
    Task task{what.name, "POST", 1, {}};
    for (const v2::Payload& payload : payloads) {
        std::string id;
        if (what.seed) id = payload_id(task.name, task.requests.size(), *what.seed, payload.body);
        task.requests.push_back({model_request(what, payload),
                                 std::make_shared<ModelCheck>(what.api, signature, payload),
                                 std::move(id)});
    }
    return task;
}

}  // namespace mettle::protocols
