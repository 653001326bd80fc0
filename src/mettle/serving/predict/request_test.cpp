#include "mettle/serving/predict/request.hpp"

#include "mettle/serving/wire/request_texts.hpp"

#include <gmock/gmock.h>

namespace mettle::predict {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Signature kTwo{{{"x", DataType::fp32, {-1, 2}}, {"k", DataType::int64, {-1}}},
                     {{"y", DataType::fp32, {-1}}}};

class PredictRequest : public testing::Test {
protected:
    Result<void> parse(std::string body) {
        return parser.parse(texts.body(std::move(body)), kTwo, texts.fresh_slab(kTwo), request);
    }
    std::string refusal(std::string body) {
        const auto parsed = parse(std::move(body));
        return parsed ? "accepted" : parsed.error().message;
    }

    wire::RequestTexts texts;
    RequestParser parser;
    Request request;
};

TEST_F(PredictRequest, ReadsABatch) {
    ASSERT_TRUE(parse(R"({"k": [7, 8], "x": [[1, 2], [3, 4]]})"));
    EXPECT_EQ(request.rows, 2);
    EXPECT_FALSE(request.single);
    EXPECT_THAT(texts.slab.values<float>(0), ElementsAre(1, 2, 3, 4));
    EXPECT_THAT(texts.slab.values<std::int64_t>(1), ElementsAre(7, 8));
}

TEST_F(PredictRequest, ReadsASingleRow) {
    ASSERT_TRUE(parse(R"({"x": [1, 2], "k": 7})"));
    EXPECT_EQ(request.rows, 1);
    EXPECT_TRUE(request.single);
    EXPECT_THAT(texts.slab.values<std::int64_t>(1), ElementsAre(7));
}

TEST_F(PredictRequest, RefusesABatchBesideARow) {
    EXPECT_THAT(refusal(R"({"x": [1, 2], "k": [7]})"), HasSubstr("either all inputs have a batch"));
}

TEST_F(PredictRequest, SaysAllMistakesAtOnce) {
    const std::string said = refusal(R"({"x": [1, "a"], "k": 1.5, "z": 0})");
    EXPECT_THAT(said, HasSubstr(R"("loc":["body","x"])"));
    EXPECT_THAT(said, HasSubstr(R"("loc":["body","k"])"));
    EXPECT_THAT(said, HasSubstr(R"("loc":["body","z"])"));
}

TEST_F(PredictRequest, RefusesAKeyGivenTwiceAndWhatStandsBehind) {
    EXPECT_THAT(refusal(R"({"x": [1, 2], "x": [1, 2], "k": 1})"), HasSubstr("given twice"));
    EXPECT_THAT(refusal(R"({"x": [1, 2], "k": 1} 2)"), HasSubstr("json_invalid"));
}

}  // namespace

}  // namespace mettle::predict
