#include "mettle/serving/tfs/dialects.hpp"

#include "mettle/serving/error_answer.hpp"
#include "mettle/serving/tfs/predict_request.hpp"
#include "mettle/serving/tfs/predict_response.hpp"

namespace mettle::tfs {

namespace {

struct PredictQuestion final : Question {
    PredictRequest request;
};

PredictRequest& request_of(HttpCall& call) {
    return static_cast<PredictQuestion&>(*call.question).request;
}

class PredictDialect final : public Dialect {
public:
    explicit PredictDialect(Verb verb) : verb_(verb) {}

    std::unique_ptr<Question> make_question() const override {
        return std::make_unique<PredictQuestion>();
    }

    Result<void> read(HttpCall& call) const override {
        thread_local PredictRequestParser parser;
        const std::string_view body = call.exchange->request.body;
        const Signature& signature = call.model->signature();
        PredictRequest& request = request_of(call);
        auto read = verb_ == Verb::predict
                        ? parser.parse(body, signature, *call.slab, request)
                        : parser.parse_examples(body, signature, *call.slab, request);
        call.rows = request.rows;
        return read;
    }

    Result<void> write(HttpCall& call, http::Response& response) const override {
        const Signature& signature = call.model->signature();
        const PredictRequest& request = request_of(call);
        switch (verb_) {
            case Verb::predict:
                return encode_predictions(signature, request, *call.slab, response.body);
            case Verb::classify:
                return encode_classes(signature, request, *call.slab, call.model->labels(),
                                      response.body);
            case Verb::regress:
                break;
        }
        return encode_regressions(signature, request, *call.slab, response.body);
    }

    void refuse(http::Response& response, const Error& error, int retry_after_ms) const override {
        answer_error(response, error, retry_after_ms);
    }

private:
    Verb verb_;
};

}  // namespace

std::unique_ptr<Dialect> make_dialect(Verb verb) {
    return std::make_unique<PredictDialect>(verb);
}

}  // namespace mettle::tfs
