// fw8u_ev_mae3167p81: evolved, mae <= 3167.81, smallest area of its gates
// 8x8 bits, unsigned operands and product
//
// Error over all 65,536 operand pairs: MAE 3092.663, WCE 16547, EP 99.934 %, MRE 1667.127 %,
//   mean -906.750
// Mapped to faultwave45.lib: 27.2 um^2, 0.0231 pJ per multiplication, 0.17 ns
// Expected MAE under a random stuck-at fault of this netlist: 5808.5
// Nets: pp_<i>_<j> = A[i] & B[j]; <gate>_<l>_<n> gate n of its kind at level l
// Method: Cartesian genetic programming, J. F. Miller and P. Thomson, EuroGP 2000
//
// Generated in 60 s, do not edit:
//   faultwave evolve --width 8 --metric mae --limit 3167.81 --objective area --seed-netlist fw8u_ev_mae1409p42 --seed 1 --islands 2 --offspring 4 --generations 40000 --out fw8u_ev_mae3167p81.v
module fw8u_ev_mae3167p81 (
  // verilator lint_off UNUSED
  input  wire [7:0] A,
  input  wire [7:0] B,
  // verilator lint_on UNUSED
  output wire [15:0] O
);
  wire pp_6_6;
  wire pp_7_6;
  wire pp_6_7;
  wire pp_7_7;
  wire andnot_2_0;
  wire and_2_0;
  wire xor_3_0;
  wire or_3_0;
  wire xor_4_0;
  wire and_4_0;

  assign pp_6_6 = A[6] & B[6];
  assign pp_7_6 = A[7] & B[6];
  assign pp_6_7 = A[6] & B[7];
  assign pp_7_7 = A[7] & B[7];
  assign andnot_2_0 = pp_6_6 & ~pp_6_7;
  assign and_2_0 = pp_6_6 & pp_7_6;
  assign xor_3_0 = pp_7_6 ^ andnot_2_0;
  assign or_3_0 = and_2_0 | pp_6_7;
  assign xor_4_0 = pp_7_7 ^ or_3_0;
  assign and_4_0 = pp_7_7 & or_3_0;

  assign O[0] = B[7];
  assign O[1] = B[6];
  assign O[2] = B[5];
  assign O[3] = pp_7_6;
  assign O[4] = B[1];
  assign O[5] = pp_6_6;
  assign O[6] = B[3];
  assign O[7] = A[2];
  assign O[8] = B[0];
  assign O[9] = B[0];
  assign O[10] = A[5];
  assign O[11] = B[5];
  assign O[12] = A[7];
  assign O[13] = xor_3_0;
  assign O[14] = xor_4_0;
  assign O[15] = and_4_0;
endmodule
