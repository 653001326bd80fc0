#include "mettle/serving/predict/request.hpp"

#include "mettle/serving/wire/request_texts.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace mettle::predict {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Signature kTwo{{{"x", DataType::fp32, {-1, 2}}, {"k", DataType::int64, {-1}}},
                     {{"y", DataType::fp32, {-1}}}};

const Signature kFile{{{"file", DataType::bytes, {-1}}}, {{"label", DataType::int64, {-1}}}};
const Signature kFileAndNumbers{{{"file", DataType::bytes, {-1}}, {"x", DataType::fp32, {-1, 2}}},
                                {{"label", DataType::int64, {-1}}}};
constexpr std::string_view kForm = "multipart/form-data; boundary=b";

std::string part(std::string_view name, std::string_view value) {
    return fmt::format(
        "--b\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"f\"\r\n\r\n{}\r\n", name,
        value);
}

class PredictRequest : public testing::Test {
protected:
    Result<void> parse(std::string body) {
        return parse_as("application/json", std::move(body), kTwo);
    }
    Result<void> parse_as(std::string_view type, std::string body, const Signature& signature) {
        return parser.parse(type, texts.body(std::move(body)), signature,
                            texts.fresh_slab(signature), request);
    }
    std::string refusal(std::string body) {
        return parse(std::move(body)) ? "accepted" : request.refusal;
    }
    std::string refusal_as(std::string_view type, std::string body, const Signature& signature) {
        return parse_as(type, std::move(body), signature) ? "accepted" : request.refusal;
    }
    // What the packed BYTES input 0 holds.
    std::vector<std::string> elements() {
        const TensorView view = texts.slab.input_view(0);
        const auto parts = split_bytes(view.data, view.shape[0]).value();
        return {parts.begin(), parts.end()};
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

TEST_F(PredictRequest, AFileIsARowAndSeveralAreABatch) {
    const std::string file("\xff\0{", 3);
    ASSERT_TRUE(parse_as(kForm, part("file", file) + "--b--", kFile));
    EXPECT_TRUE(request.single);
    EXPECT_THAT(elements(), ElementsAre(file));
    ASSERT_TRUE(parse_as(kForm, part("data", "1") + part("data", "2") + "--b--", kFile));
    EXPECT_FALSE(request.single);
    EXPECT_EQ(request.rows, 2);
    EXPECT_THAT(elements(), ElementsAre("1", "2"));
}

TEST_F(PredictRequest, AFormTakesNumbersAsJsonBesideFiles) {
    ASSERT_TRUE(
        parse_as(kForm, part("x", " [1, 2]\n") + part("file", "f") + "--b--", kFileAndNumbers));
    EXPECT_TRUE(request.single);
    EXPECT_THAT(texts.slab.values<float>(1), ElementsAre(1, 2));
    EXPECT_THAT(
        refusal_as(kForm, part("file", "f") + part("x", "[1], [2]") + "--b--", kFileAndNumbers),
        HasSubstr(R"("json_invalid")"));
    EXPECT_THAT(
        refusal_as(kForm, part("file", "f") + part("x", "[[1, 2]]") + "--b--", kFileAndNumbers),
        HasSubstr("either all inputs have a batch"));
}

TEST_F(PredictRequest, SaysWhatIsWrongWithAForm) {
    const std::string wrong_name = refusal_as(kForm, part("picture", "1") + "--b--", kFile);
    EXPECT_THAT(wrong_name, HasSubstr(R"({"input":null,"loc":["body","picture"])"));
    EXPECT_THAT(wrong_name, HasSubstr(R"("loc":["body","file"],"msg":"Field required")"));
    EXPECT_THAT(refusal_as(kForm, part("file", "1"), kFile), HasSubstr("multipart_invalid"));
    EXPECT_THAT(refusal_as(kForm, "", kFile), HasSubstr("multipart_invalid"));
    EXPECT_THAT(refusal_as(kForm, part("data", "1") + "--b--", kFileAndNumbers),
                HasSubstr("extra_forbidden"));
}

TEST_F(PredictRequest, ABodyMayBeTheOnlyInputItself) {
    ASSERT_TRUE(parse_as("Image/JPEG", "{not json", kFile));
    EXPECT_TRUE(request.single);
    EXPECT_THAT(elements(), ElementsAre("{not json"));
    ASSERT_TRUE(parse_as("text/plain; charset=UTF-8", "a b", kFile));
    EXPECT_THAT(elements(), ElementsAre("a b"));
    ASSERT_TRUE(parse_as("text/plain", R"({"x": [1, 2], "k": 7})", kTwo));
    EXPECT_THAT(refusal_as("application/octet-stream", "{}", kTwo), HasSubstr("send JSON"));
    EXPECT_THAT(refusal_as("image/png", "", kFile), HasSubstr("missing"));
}

TEST_F(PredictRequest, ARefusalIsNoneOfTheNextRequest) {
    EXPECT_THAT(refusal("[]"), HasSubstr("model_attributes_type"));
    ASSERT_TRUE(parse(R"({"x": [1, 2], "k": 7})"));
    EXPECT_EQ(request.refusal, "");
}

}  // namespace

}  // namespace mettle::predict
