#include "mettle/serving/torchserve/predict_request.hpp"
#include "mettle/serving/wire/request_texts.hpp"

#include <gmock/gmock.h>

namespace mettle::torchserve {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Signature kNumbers{{{"x", DataType::fp32, {-1, 2}}}, {{"y", DataType::fp32, {-1}}}};
const Signature kBytes{{{"image", DataType::bytes, {-1, 1}}}, {{"y", DataType::fp32, {-1}}}};
const Signature kTwo{{{"x", DataType::fp32, {-1, 2}}, {"text", DataType::bytes, {-1}}},
                     {{"y", DataType::fp32, {-1}}}};

class TorchServePredict : public testing::Test {
protected:
    Result<void> parse(const Signature& signature, std::string_view type, std::string body,
                       std::string_view query = {}) {
        http::Request http;
        if (!type.empty()) http.headers = {{"Content-Type", type}};
        http.body = texts.body(std::move(body));
        http.query = query;
        return parser.parse(http, signature, texts.fresh_slab(signature), request);
    }
    std::string refusal(const Signature& signature, std::string_view type, std::string body,
                        std::string_view query = {}) {
        const auto parsed = parse(signature, type, std::move(body), query);
        return parsed ? "accepted" : parsed.error().message;
    }
    // The strings of a BYTES input.
    std::vector<std::string> strings(std::size_t input) {
        const TensorView& view = texts.slab.inputs.at(input);
        std::vector<std::string> list;
        const auto count = view.shape.element_count().value();
        const auto split = split_bytes(view.data, count);
        for (const std::string_view each : split.value()) list.emplace_back(each);
        return list;
    }

    wire::RequestTexts texts;
    PredictRequestParser parser;
    PredictRequest request;
};

constexpr std::string_view kJson = "application/json; charset=utf-8";
constexpr std::string_view kForm = "application/x-www-form-urlencoded";
constexpr std::string_view kParts = "multipart/form-data; boundary=b";

std::string part(std::string_view name, std::string_view more, std::string_view body) {
    return std::string("--b\r\nContent-Disposition: form-data; name=\"")
        .append(name)
        .append("\"")
        .append(more)
        .append("\r\n\r\n")
        .append(body)
        .append("\r\n");
}

TEST_F(TorchServePredict, ABodyOfBytesIsTheOnlyInput) {
    const std::string picture("\xff\xd8\0{", 4);
    for (const std::string_view type : {"", "image/jpeg", kForm.data()}) {
        ASSERT_TRUE(parse(kBytes, type, picture)) << type;
        EXPECT_THAT(strings(0), ElementsAre(picture));
        EXPECT_TRUE(request.single);
    }
}

TEST_F(TorchServePredict, AFileIsTheOnlyInputWhateverItsName) {
    for (const std::string_view name : {"data", "body", "image", "kitten"}) {
        ASSERT_TRUE(
            parse(kBytes, kParts,
                  part(name, "; filename=\"a.jpg\"\r\nContent-Type: image/jpeg", "\xff\xd8") +
                      "--b--\r\n"));
        EXPECT_THAT(strings(0), ElementsAre("\xff\xd8"));
    }
}

TEST_F(TorchServePredict, JsonIsABatchOrARow) {
    ASSERT_TRUE(parse(kNumbers, kJson, " [[1, 2], [3, 4]]\n"));
    EXPECT_EQ(request.rows, 2);
    EXPECT_FALSE(request.single);
    EXPECT_THAT(texts.slab.values<float>(0), ElementsAre(1, 2, 3, 4));
    for (const std::string body : {"[1, 2]", R"({"x": [1, 2]})", R"({"data": [1, 2]})"}) {
        ASSERT_TRUE(parse(kNumbers, kJson, body)) << body;
        EXPECT_TRUE(request.single);
        EXPECT_THAT(texts.slab.values<float>(0), ElementsAre(1, 2));
    }
}

TEST_F(TorchServePredict, JsonWithoutItsContentTypeIsTakenForNumbers) {
    for (const std::string_view type : {"", "text/plain", kForm.data()}) {
        ASSERT_TRUE(parse(kNumbers, type, "[[1, 2]]")) << type;
    }
}

TEST_F(TorchServePredict, FieldsAreInputs) {
    ASSERT_TRUE(parse(kTwo, kParts, part("text", "", "a b") + part("x", "", "[1, 2]") + "--b--"));
    EXPECT_THAT(strings(1), ElementsAre("a b"));
    ASSERT_TRUE(parse(kTwo, kForm, "text=a+b%21&x=%5B1,2%5D"));
    EXPECT_THAT(strings(1), ElementsAre("a b!"));
    ASSERT_TRUE(parse(kTwo, "", "", "x=[1,2]&text=c"));
    EXPECT_THAT(strings(1), ElementsAre("c"));
    EXPECT_THAT(texts.slab.values<float>(0), ElementsAre(1, 2));
}

TEST_F(TorchServePredict, SaysWhatIsWrong) {
    EXPECT_THAT(refusal(kNumbers, kJson, ""), HasSubstr("has no body"));
    EXPECT_THAT(refusal(kNumbers, kJson, "[1, 2] 3"), HasSubstr("something behind"));
    EXPECT_THAT(refusal(kNumbers, kJson, "{\"x\": [1, 2]} {}"), HasSubstr("something behind"));
    EXPECT_THAT(refusal(kNumbers, kJson, "[1, 2"), HasSubstr("JSON"));
    EXPECT_THAT(refusal(kNumbers, kJson, "[1, 2, 3]"), HasSubstr("the model takes [-1,2]"));
    EXPECT_THAT(refusal(kNumbers, "image/jpeg", "\xff\xd8"), HasSubstr("input 'x'"));
    EXPECT_THAT(refusal(kNumbers, kJson, R"({"z": 1})"), HasSubstr("'z' is no input"));
    EXPECT_THAT(refusal(kNumbers, kJson, R"({"x": [1,2], "data": [1,2]})"),
                HasSubstr("given twice"));
    EXPECT_THAT(refusal(kTwo, kJson, "[1, 2]"), HasSubstr("a key for each input"));
    EXPECT_THAT(refusal(kTwo, kJson, R"({"x": [1, 2], "text": ["a"]})"),
                HasSubstr("either all inputs"));
    EXPECT_THAT(refusal(kTwo, kParts, part("x", "", "[1, 2]") + "--b--"),
                HasSubstr("'text' is missing"));
    EXPECT_THAT(refusal(kBytes, kParts, part("data", "", "never en")), HasSubstr("cut off"));
    EXPECT_THAT(refusal(kNumbers, "", "", "x"), HasSubstr("input 'x'"));
}

}  // namespace

}  // namespace mettle::torchserve
