// Processing element of the weight-stationary systolic array.
//
// The multiplier is the module that the macro FAULTWAVE_MULTIPLIER names: ports A[7:0], B[7:0] and
// O[15:0], combinational, for instance any file of rtl/multipliers/. Everything else is exact.
// C++ twin: sim/accel/systolic_array.hpp, equal register by register (tests/rtl/).
`ifndef FAULTWAVE_MULTIPLIER
`define FAULTWAVE_MULTIPLIER fw8u_dadda
`endif

module pe #(
    parameter bit PRODUCT_IS_SIGNED = 1'b0,  // product in two's complement
    parameter bit WEIGHT_ON_PORT_A  = 1'b1   // port B carries the activation
) (
    input  logic        clk_i,
    input  logic        rst_ni,    // synchronous, active low

    // From the left neighbour, and to the right one.
    input  logic [ 7:0] act_i,
    input  logic        valid_i,   // act_i is an operand; without it the product is gated to zero
    input  logic        swap_i,    // the next weight becomes the active one
    input  logic        shift_i,   // the next weight comes from above
    output logic [ 7:0] act_o,
    output logic        valid_o,
    output logic        swap_o,
    output logic        shift_o,

    // From the upper neighbour, and to the lower one.
    input  logic [ 7:0] weight_i,
    input  logic        negate_i,  // the product is subtracted
    input  logic        bypass_i,  // the partial sum passes unchanged
    input  logic [31:0] psum_i,
    output logic [ 7:0] weight_o,
    output logic        negate_o,
    output logic        bypass_o,
    output logic [31:0] psum_o
);

  logic [7:0] act_q;
  logic valid_q, swap_q, shift_q;
  logic [7:0] wn_q, wn_d, w_q;  // next and active weight
  logic wn_negate_q, wn_negate_d, w_negate_q;
  logic wn_bypass_q, wn_bypass_d, w_bypass_q;
  logic [31:0] psum_q, psum_d;

  always_comb begin
    wn_d        = shift_i ? weight_i : wn_q;
    wn_negate_d = shift_i ? negate_i : wn_negate_q;
    wn_bypass_d = shift_i ? bypass_i : wn_bypass_q;
  end

  logic [15:0] product;
  `FAULTWAVE_MULTIPLIER u_mult (
      .A(WEIGHT_ON_PORT_A ? w_q : act_q),
      .B(WEIGHT_ON_PORT_A ? act_q : w_q),
      .O(product)
  );

  wire [31:0] extended = {{16{PRODUCT_IS_SIGNED & product[15]}}, product};
  always_comb begin
    psum_d = psum_i;
    if (valid_q && !w_bypass_q) begin
      psum_d = w_negate_q ? psum_i - extended : psum_i + extended;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      act_q       <= '0;
      valid_q     <= 1'b0;
      swap_q      <= 1'b0;
      shift_q     <= 1'b0;
      wn_q        <= '0;
      wn_negate_q <= 1'b0;
      wn_bypass_q <= 1'b0;
      w_q         <= '0;
      w_negate_q  <= 1'b0;
      w_bypass_q  <= 1'b0;
      psum_q      <= '0;
    end else begin
      act_q       <= act_i;
      valid_q     <= valid_i;
      swap_q      <= swap_i;
      shift_q     <= shift_i;
      wn_q        <= wn_d;
      wn_negate_q <= wn_negate_d;
      wn_bypass_q <= wn_bypass_d;
      if (swap_i) begin
        w_q        <= wn_d;
        w_negate_q <= wn_negate_d;
        w_bypass_q <= wn_bypass_d;
      end
      psum_q <= psum_d;
    end
  end

  assign act_o    = act_q;
  assign valid_o  = valid_q;
  assign swap_o   = swap_q;
  assign shift_o  = shift_q;
  assign weight_o = wn_q;
  assign negate_o = wn_negate_q;
  assign bypass_o = wn_bypass_q;
  assign psum_o   = psum_q;

endmodule
