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

Task make_task(const InferTask& what, const std::vector<Payload>& payloads) {
    const auto signature = std::make_shared<const Signature>(what.signature);
    const std::string path = infer_path(what.model, what.version);
    Task task{what.name.empty() ? what.model : what.name, "POST", 1, {}};
    for (const Payload& payload : payloads) {
        http::ClientRequest request{"POST", path, payload.headers, payload.body};
        request.headers.insert(request.headers.end(), what.headers.begin(), what.headers.end());
        std::string id;
        if (what.seed) id = payload_id(task.name, task.requests.size(), *what.seed, payload.body);
        task.requests.push_back(
            {std::move(request), std::make_shared<InferCheck>(signature, payload), std::move(id)});
    }
    return task;
}

}  // namespace mettle::protocols::v2
