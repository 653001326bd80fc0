#include "mettle/serving/server_timing.hpp"
#include "mettle/serving/wire/tensor_json.hpp"

#include <gmock/gmock.h>

#include <array>
#include <limits>

namespace mettle {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

template <typename T, std::size_t N>
std::string elements(DataType type, const std::array<T, N>& values) {
    std::string out;
    wire::append_elements(
        out, {type, Shape{static_cast<std::int64_t>(N)}, std::as_bytes(std::span(values))});
    return out;
}

TEST(TensorJson, WritesTheShortestNumbersThatReadBackTheSame) {
    EXPECT_EQ(elements<float>(DataType::fp32, std::array{0.1f, 1.0f, -2.5e-20f, 16777216.0f}),
              "[0.1,1,-2.5e-20,16777216]");
    EXPECT_EQ(elements(DataType::int64,
                       std::array{std::numeric_limits<std::int64_t>::min(), std::int64_t{7}}),
              "[-9223372036854775808,7]");
    EXPECT_EQ(elements(DataType::uint8, std::array<std::uint8_t, 2>{0, 255}), "[0,255]");
    EXPECT_EQ(elements(DataType::boolean, std::array<std::uint8_t, 2>{0, 1}), "[false,true]");
}

TEST(TensorJson, WritesWhatIsNotFiniteAsTritonDoes) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ(elements(DataType::fp64,
                       std::array{kInfinity, -kInfinity, std::numeric_limits<double>::quiet_NaN()}),
              "[Infinity,-Infinity,NaN]");
}

TEST(TensorJson, EscapesStrings) {
    const Tensor packed = pack_bytes({"a\"b\\", "\n\x01é"}, Shape{2});
    std::string out;
    wire::append_elements(out, packed.view());
    EXPECT_EQ(out, R"(["a\"b\\","\u000a\u0001é"])");
}

struct Timed final : InferenceCall {
    void on_result(Result<void>) override {}
};

TEST(ServerTiming, SaysEveryPhaseInMilliseconds) {
    Timed call;
    call.received = TimePoint(1s);
    call.parsed = call.received + 12us;
    call.chosen = call.parsed;
    call.started = call.chosen + 1500us;
    call.finished = call.started + 2s;
    call.batch_rows = 16;
    http::Response response;
    add_server_timing(response, call, call.finished + 70us);
    EXPECT_EQ(response.headers,
              "Server-Timing: parse;dur=0.012, queue;dur=0, batch;dur=1.500;desc=\"16\", "
              "infer;dur=2000, write;dur=0.070\r\n");
}

TEST(RequestId, KeepsTheClientsWhenItIsHarmless) {
    const auto id_for = [](std::string_view given) {
        http::Response response;
        add_request_id(response, given);
        return response.headers;
    };
    EXPECT_EQ(id_for("abc-1"), "x-request-id: abc-1\r\n");
    EXPECT_THAT(id_for(std::string(129, 'x')), Not(HasSubstr("xxx")));
    EXPECT_THAT(id_for("a b"), Not(HasSubstr("a b")));
    EXPECT_NE(id_for(""), id_for(""));
}

}  // namespace
}  // namespace mettle
