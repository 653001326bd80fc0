#include "mettle/protocols/openapi/answer_check.hpp"

#include "mettle/payload/json_validator.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle::protocols::openapi {

namespace {

class SchemaCheck final : public AnswerCheck {
public:
    SchemaCheck(std::shared_ptr<const payload::SchemaModel> model,
                std::vector<AnswerSchema> answers)
        : model_(std::move(model)), answers_(std::move(answers)) {}

    std::optional<Flaw> judge(const Answer& answer) const override {
        const auto documented = std::ranges::find_if(answers_, [&](const AnswerSchema& each) {
            return each.least <= answer.status && answer.status <= each.most;
        });
        if (documented == answers_.end() || !documented->schema) return {};
        auto flaw = payload::schema_flaw_of_text({model_, *documented->schema}, answer.body,
                                                 payload::Direction::answer);
        if (!flaw) return {};
        return Flaw{load::Outcome::validation, std::move(*flaw)};
    }

private:
    std::shared_ptr<const payload::SchemaModel> model_;
    std::vector<AnswerSchema> answers_;
};

class RefusalCheck final : public AnswerCheck {
public:
    std::optional<Flaw> judge(const Answer& answer) const override {
        return Flaw{load::Outcome::validation,
                    fmt::format("a request that is wrong on purpose was taken, with status {}",
                                answer.status)};
    }
    bool wants_refusal() const override { return true; }
};

}  // namespace

std::shared_ptr<const AnswerCheck> make_refusal_check() {
    return std::make_shared<RefusalCheck>();
}

std::shared_ptr<const AnswerCheck> make_answer_check(
    std::shared_ptr<const payload::SchemaModel> model, std::vector<AnswerSchema> answers) {
    if (std::ranges::none_of(answers, [](const AnswerSchema& each) { return bool(each.schema); }))
        return nullptr;
    return std::make_shared<SchemaCheck>(std::move(model), std::move(answers));
}

}  // namespace mettle::protocols::openapi
